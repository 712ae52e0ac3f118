use super::*;

#[test]
fn requests_are_read_and_written() {
    let cases = [
        (
            "$dps/registrations/PUT/iotdps-register/?$rid=1700000000",
            Request::Register { rid: "1700000000".to_owned() },
        ),
        (
            "$dps/registrations/GET/iotdps-get-operationstatus/?$rid=1&operationId=4.d0a671905ea5b2c8.42d7-8160",
            Request::Status { rid: "1".to_owned(), operation_id: "4.d0a671905ea5b2c8.42d7-8160".to_owned() },
        ),
    ];
    for (topic, request) in cases {
        assert_eq!(Request::parse(topic), Ok(request.clone()));
        assert_eq!(request.to_string(), topic);
    }
}

#[test]
fn a_repeated_request_id_is_just_a_request() {
    // azure-sdk-for-c sends $rid=1 with every request.
    let first = Request::parse("$dps/registrations/PUT/iotdps-register/?$rid=1").unwrap();
    let second =
        Request::parse("$dps/registrations/GET/iotdps-get-operationstatus/?$rid=1&operationId=x").unwrap();
    assert_eq!((first.rid(), second.rid()), ("1", "1"));
}

#[test]
fn malformed_requests_are_refused() {
    let source = |topic: &str| match Request::parse(topic).unwrap_err() {
        TopicError::Query { source, .. } => source,
        other => panic!("{other:?}"),
    };
    let status = "$dps/registrations/GET/iotdps-get-operationstatus/";
    assert_eq!(source(&format!("{status}?$rid=1")), QueryError::Missing { key: "operationId" });
    assert_eq!(source(&format!("{status}?$rid=1&operationId=")), QueryError::Missing { key: "operationId" });
    assert_eq!(source("$dps/registrations/PUT/iotdps-register/$rid=1"), QueryError::NoQuestionMark);
    for topic in ["$dps/registrations/PUT/iotdps-register", "$dps/registrations/POST/x/?$rid=1", "devices/a"]
    {
        assert_eq!(Request::parse(topic), Err(TopicError::Unknown { topic: topic.to_owned() }));
    }
}

#[test]
fn the_response_topic_suits_every_parser_in_the_field() {
    let response = Response { status: 202, rid: "6b3e".to_owned(), retry_after: Some(3) };
    let topic = response.to_string();
    assert_eq!(topic, "$dps/registrations/res/202/?$rid=6b3e&retry-after=3");
    // Python cuts at "$" and wants two; nanoFramework reads the number behind the last "=".
    assert_eq!(topic.matches('$').count(), 2);
    assert_eq!(topic.rsplit('=').next().unwrap().parse(), Ok(3));
    assert_eq!(Response::parse(&topic), Ok(response));
    let done = Response { status: 200, rid: "6b3e".to_owned(), retry_after: None };
    assert_eq!(done.to_string(), "$dps/registrations/res/200/?$rid=6b3e");
    assert_eq!(Response::parse("$dps/registrations/res/200/?$rid=6b3e"), Ok(done));
}

#[test]
fn responses_are_read_as_strictly_as_by_the_c_sharp_sdk() {
    assert_eq!(
        Response::parse("$dps/registrations/res/429/?$rid=1&Retry-After=5").unwrap().retry_after,
        Some(5)
    );
    let error = Response::parse("$dps/registrations/res/202/?retry-after=3&$rid=1").unwrap_err();
    assert!(matches!(error, TopicError::Query { source: QueryError::NotFirst { key: "$rid" }, .. }));
    let error = Response::parse("$dps/registrations/res/202/?$rid=1&retry-after=soon").unwrap_err();
    assert!(matches!(error, TopicError::Query { source: QueryError::NotANumber { .. }, .. }));
    let error = Response::parse("$dps/registrations/res/ok/?$rid=1").unwrap_err();
    assert_eq!(error, TopicError::Status { found: "ok".to_owned() });
    assert!(matches!(Response::parse("$dps/registrations/res/200"), Err(TopicError::Unknown { .. })));
}

#[test]
fn the_filter_receives_responses_and_no_requests() {
    let filter = crate::mqtt::TopicFilter::new(RESPONSES_FILTER).unwrap();
    assert!(filter.matches("$dps/registrations/res/202/?$rid=1&retry-after=3"));
    assert!(!filter.matches("$dps/registrations/PUT/iotdps-register/?$rid=1"));
}
