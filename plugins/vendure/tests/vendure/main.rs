//! The connector natively: operations into documents, answers into outcomes, what comes back, and Vendure's schema.

mod pictures;
mod publishing;
mod reading;
mod schema;
mod shop;
