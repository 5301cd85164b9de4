//! The connector natively: operations into requests, answers into outcomes, what comes back, and the vendor's contract.

mod contract;
mod pictures;
mod publishing;
mod reading;
mod till;
