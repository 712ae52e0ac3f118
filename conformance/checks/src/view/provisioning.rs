//! What a device and DPS said to each other on one connection.

use nanorig_wire::dps::{AssignmentStatus, ErrorBody, OperationStatus, Request, Response, Username};
use nanorig_wire::mqtt::Publish;

use super::{At, Connection};

/// A request to DPS with its answer.
#[derive(Clone, Debug)]
pub struct DpsRequest<'c> {
    /// When DPS received it.
    pub at: At,
    /// What it asks for.
    pub request: Request,
    /// The message.
    pub publish: &'c Publish,
    /// The first answer to this request id after it.
    pub answer: Option<DpsAnswer>,
}

impl DpsRequest<'_> {
    /// True for a registration, false for a poll.
    #[must_use]
    pub fn is_register(&self) -> bool {
        matches!(self.request, Request::Register { .. })
    }
}

/// The answer of DPS to a request.
#[derive(Clone, Debug)]
pub struct DpsAnswer {
    /// When it was sent.
    pub at: At,
    /// Status, request id and the wait that it asks for.
    pub response: Response,
    /// Its body, with 2xx.
    pub operation: Option<OperationStatus>,
    /// Its body, otherwise.
    pub error: Option<ErrorBody>,
}

impl DpsAnswer {
    /// True when the registration is not decided yet.
    #[must_use]
    pub fn is_assigning(&self) -> bool {
        let open = [AssignmentStatus::Assigning, AssignmentStatus::Unassigned];
        self.operation.as_ref().is_some_and(|operation| open.contains(&operation.status))
    }

    /// Hub and device id of a completed assignment.
    #[must_use]
    pub fn assignment(&self) -> Option<(&str, &str)> {
        let operation = self.operation.as_ref()?;
        let state = operation.registration_state.as_ref()?;
        let assigned = operation.status == AssignmentStatus::Assigned;
        assigned.then_some((state.assigned_hub.as_deref()?, state.device_id.as_deref()?))
    }

    /// The kind of refusal: the words of `device.registration-failed`. None for success and for refusals that pass.
    #[must_use]
    pub fn refusal(&self) -> Option<&'static str> {
        match (self.response.status, self.operation.as_ref().map(|operation| operation.status)) {
            (200..=299, Some(AssignmentStatus::Failed)) => Some("failed"),
            (200..=299, Some(AssignmentStatus::Disabled)) => Some("disabled"),
            (401 | 403, _) => Some("unauthorized"),
            (404, _) => Some("not-found"),
            _ => None,
        }
    }

    /// True for an answer that asks for patience: 429 and 5xx.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        matches!(self.response.status, 429 | 500..=599)
    }
}

impl Connection<'_> {
    /// Requests to DPS with their answers; topics that do not exist are left out.
    #[must_use]
    pub fn dps_requests(&self) -> Vec<DpsRequest<'_>> {
        let mut requests: Vec<DpsRequest<'_>> = self
            .published()
            .filter_map(|(at, publish)| {
                let request = Request::parse(&publish.topic).ok()?;
                Some(DpsRequest { at, request, publish, answer: None })
            })
            .collect();
        for (at, publish) in self.delivered() {
            let Ok(response) = Response::parse(&publish.topic) else { continue };
            // A request id may be used again: the answer belongs to the oldest request that waits.
            let asked = requests.iter_mut().find(|request| {
                request.at < at && request.request.rid() == response.rid && request.answer.is_none()
            });
            if let Some(request) = asked {
                let operation = OperationStatus::from_json(&publish.payload).ok();
                let error = ErrorBody::from_json(&publish.payload).ok();
                request.answer = Some(DpsAnswer { at, response, operation, error });
            }
        }
        requests
    }

    /// The user name as DPS reads it.
    #[must_use]
    pub fn dps_username(&self) -> Option<Username> {
        let (_, connect) = self.connect()?;
        Username::parse(connect.username.as_deref()?).ok()
    }
}
