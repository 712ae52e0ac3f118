//! Bytes to packets and back: strict decoders that name the violated clause
