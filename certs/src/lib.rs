//! A test PKI made on demand, and the public roots that devices trust
