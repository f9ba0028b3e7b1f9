//! What the tests share: recorded data, and readers that have no code in common with the codec.

#![allow(dead_code, reason = "each test binary uses a part")]

pub mod bind;
pub mod golden;
pub mod random;
pub mod region;
pub mod request;
