//! Instants.

use tdwire_codec::{precision, timestamp, Precision};

use crate::bindings::exports::tdwire::codec::timestamps::Guest;
use crate::bindings::tdwire::codec::types::{Fault, Precision as Unit};
use crate::fault::fault;
use crate::Component;

impl Guest for Component {
    fn format(ticks: i64, precision: Unit, offset_seconds: i32) -> Result<String, Fault> {
        timestamp::format(ticks, from_unit(precision), offset_seconds)
            .ok_or_else(|| fault("the offset from UTC reaches a day"))
    }

    fn parse(text: String, precision: Unit) -> Result<i64, Fault> {
        Ok(timestamp::parse(&text, from_unit(precision))?)
    }

    fn convert(ticks: i64, from: Unit, to: Unit) -> Result<i64, Fault> {
        precision::convert(ticks, from_unit(from), from_unit(to))
            .ok_or_else(|| fault("the instant does not fit 64-bit ticks of the other precision"))
    }
}

/// The codec's name of a precision.
pub const fn from_unit(unit: Unit) -> Precision {
    match unit {
        Unit::Milliseconds => Precision::Milliseconds,
        Unit::Microseconds => Precision::Microseconds,
        Unit::Nanoseconds => Precision::Nanoseconds,
    }
}
