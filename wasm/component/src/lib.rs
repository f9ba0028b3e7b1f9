//! `tdwire-codec` as a WebAssembly component: the interfaces of `wit/codec.wit` over the calls of the core crate, between
//! whose regions and requests and typed lists it translates. Unlike `bindgen`, which hands whole regions to a host that makes views of them, it gives typed lists
//! to hosts that share no memory with it.

mod batch;
mod fault;
mod stmt2;
mod timestamps;
mod tmq;

mod bindings {
    wit_bindgen::generate!({ world: "codec", path: "wit" });
}

use bindings::exports::tdwire::codec::block::Guest;
use bindings::tdwire::codec::types::{Batch, Fault};

struct Component;

impl Guest for Component {
    fn decode(bytes: Vec<u8>) -> Result<Batch, Fault> {
        Ok(batch::read(&tdwire_codec::decode_block(&bytes)?))
    }
}

bindings::export!(Component with_types_in bindings);
