//! Canary decisions.

mod istio;
mod weights;

pub use istio::{Destination, IstioError, Subsets, VirtualService};
pub use weights::{Weights, WeightsError};
