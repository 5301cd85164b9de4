//! Orders between their tables and memory.

use std::collections::{BTreeMap, HashMap};

use serde::de::DeserializeOwned;
use sqlx::{QueryBuilder, Row as _};
use wharf_catalog::{
    Money, Problem,
    inbound::{Address, Buyer, Order, OrderLine, OrderState},
    shipment::{Recorded, shown_state},
};

use crate::{
    batch::{KeyQuery, MOST_KEYS, RowStatement, push_keys},
    database::{self, Connection, Row},
    error::{Doing, StoreError},
    inbound::orders::{Entered, Line},
    shipments,
};

pub(super) const READING: &str = "reading orders";
const COLUMNS: &str = "SELECT id, channel_id, channel, document, customer, takes_stock FROM orders WHERE ";

const LINES: KeyQuery = KeyQuery {
    doing: READING,
    before: "SELECT order_id, document, product_id, short, problems FROM order_lines WHERE order_id IN ",
    after: " ORDER BY order_id, position",
};

const HELD: KeyQuery = KeyQuery {
    doing: READING,
    before: "SELECT order_id, line, location, quantity FROM order_stock WHERE order_id IN ",
    after: " ORDER BY order_id, line, location",
};

const UPSERT: RowStatement = RowStatement {
    doing: "writing orders",
    before: "INSERT INTO orders (id, channel_id, channel, remote_id, number, state, placed_at, changed_at, document, \
             customer, takes_stock, troubled, received_at, updated_at) ",
    after: " ON CONFLICT (id) DO UPDATE SET number = excluded.number, state = excluded.state, \
            placed_at = excluded.placed_at, changed_at = excluded.changed_at, document = excluded.document, \
            customer = excluded.customer, troubled = excluded.troubled, updated_at = excluded.updated_at",
};

const INSERT_LINES: RowStatement = RowStatement {
    doing: "writing order lines",
    before: "INSERT INTO order_lines (order_id, position, remote_id, product_id, document, short, problems) ",
    after: "",
};

const INSERT_HELD: RowStatement = RowStatement {
    doing: "writing what orders hold",
    before: "INSERT INTO order_stock (order_id, line, product_id, location, quantity) ",
    after: "",
};

/// An order without its lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Header {
    /// With no lines.
    pub(crate) order: Order,
    pub(crate) takes_stock: bool,
}

/// Personal data, kept apart.
#[derive(serde::Serialize, serde::Deserialize)]
struct Customer {
    buyer: Option<Buyer>,
    ship_to: Option<Address>,
}

/// Everything of an order but its lines and personal data.
#[derive(serde::Serialize, serde::Deserialize)]
struct Document {
    remote_id: String,
    number: String,
    state: OrderState,
    placed_at: i64,
    changed_at: i64,
    tax_included: bool,
    shipping: Option<Money>,
    total: Money,
}

impl Header {
    pub(crate) fn new(mut order: Order, takes_stock: bool) -> (Self, Vec<OrderLine>) {
        let lines = std::mem::take(&mut order.lines);
        (Self { order, takes_stock }, lines)
    }

    fn read(document: &str, customer: Option<&str>, takes_stock: bool) -> Result<Self, StoreError> {
        let document: Document = parsed("order", document)?;
        let customer: Option<Customer> = customer.map(|text| parsed("customer", text)).transpose()?;
        let (buyer, ship_to) = customer.map_or((None, None), |customer| (customer.buyer, customer.ship_to));
        let Document { remote_id, number, state, placed_at, changed_at, tax_included, shipping, total } =
            document;
        let lines = Vec::new();
        let order = Order {
            remote_id,
            number,
            state,
            placed_at,
            changed_at,
            tax_included,
            lines,
            shipping,
            total,
            buyer,
            ship_to,
        };
        Ok(Self { order, takes_stock })
    }

    fn document(&self) -> String {
        let order = self.order.clone();
        text(&Document {
            remote_id: order.remote_id,
            number: order.number,
            state: order.state,
            placed_at: order.placed_at,
            changed_at: order.changed_at,
            tax_included: order.tax_included,
            shipping: order.shipping,
            total: order.total,
        })
    }

    fn customer(&self) -> Option<String> {
        let Order { buyer, ship_to, .. } = &self.order;
        let known = buyer.is_some() || ship_to.is_some();
        known.then(|| text(&Customer { buyer: buyer.clone(), ship_to: ship_to.clone() }))
    }
}

/// The name of a state in the database, the API and the command line.
pub fn state_name(state: OrderState) -> &'static str {
    match state {
        OrderState::Open => "open",
        OrderState::Paid => "paid",
        OrderState::Shipped => "shipped",
        OrderState::Completed => "completed",
        OrderState::Cancelled => "cancelled",
        OrderState::Returned => "returned",
    }
}

/// The orders of a channel with these ids of the channel's, as far as there are any.
pub(crate) async fn of_channel(
    connection: &mut Connection,
    channel_id: i64,
    remote_ids: &[&str],
) -> Result<BTreeMap<String, Entered>, StoreError> {
    let mut rows = Vec::new();
    for portion in remote_ids.chunks(MOST_KEYS) {
        let mut builder = QueryBuilder::new(COLUMNS);
        builder.push("channel_id = ").push_bind(channel_id).push(" AND remote_id IN ");
        push_keys(&mut builder, portion);
        rows.append(&mut builder.build().fetch_all(&mut *connection).await.doing(READING)?);
    }
    let orders = with_lines(connection, &rows).await?;
    Ok(orders.into_iter().filter_map(|order| Some((remote_id(&order)?, order))).collect())
}

/// One order with its channel.
pub(crate) async fn of_id(
    connection: &mut Connection,
    id: i64,
) -> Result<Option<(i64, String, (String, Entered))>, StoreError> {
    let mut builder = QueryBuilder::new(COLUMNS);
    builder.push("id = ").push_bind(id);
    let rows = builder.build().fetch_all(&mut *connection).await.doing(READING)?;
    let Some(row) = rows.first() else { return Ok(None) };
    let channel_id = row.try_get(1).doing(READING)?;
    let channel = row.try_get(2).doing(READING)?;
    let order = with_lines(connection, &rows).await?.pop();
    Ok(order.and_then(|order| Some((channel_id, channel, (remote_id(&order)?, order)))))
}

fn remote_id(order: &Entered) -> Option<String> {
    order.header.as_ref().map(|header| header.order.remote_id.clone())
}

/// Reads the lines of orders, and what they hold.
pub(super) async fn with_lines(
    connection: &mut Connection,
    rows: &[Row],
) -> Result<Vec<Entered>, StoreError> {
    let ids: Vec<i64> =
        rows.iter().map(|row| row.try_get(0).doing(READING)).collect::<Result<_, StoreError>>()?;
    let mut held: HashMap<(i64, String), Vec<(String, i64)>> = HashMap::new();
    for row in HELD.fetch(connection, &ids).await? {
        let line = (row.try_get(0).doing(READING)?, row.try_get(1).doing(READING)?);
        let units = (row.try_get(2).doing(READING)?, row.try_get(3).doing(READING)?);
        held.entry(line).or_default().push(units);
    }
    let recorded = shipments::rows::recorded(connection, &ids).await?;
    let mut lines: HashMap<i64, Vec<Line>> = HashMap::new();
    for row in LINES.fetch(connection, &ids).await? {
        let order: i64 = row.try_get(0).doing(READING)?;
        let mut line = line(order, &row, &mut held)?;
        let units = recorded.get(&(order, line.told.remote_id.clone()));
        line.recorded = units.copied().unwrap_or_default();
        lines.entry(order).or_default().push(line);
    }
    let entered = |(row, id): (&Row, &i64)| {
        let document: &str = row.try_get(3).doing(READING)?;
        let customer: Option<&str> = row.try_get(4).doing(READING)?;
        let header = Header::read(document, customer, row.try_get(5).doing(READING)?)?;
        let lines = lines.remove(id).unwrap_or_default();
        Ok(Entered { id: *id, header: Some(header), lines, touched: false })
    };
    rows.iter().zip(&ids).map(entered).collect()
}

fn line(
    order: i64,
    row: &Row,
    held: &mut HashMap<(i64, String), Vec<(String, i64)>>,
) -> Result<Line, StoreError> {
    let told: OrderLine = parsed("order line", row.try_get(1).doing(READING)?)?;
    let problems: Option<&str> = row.try_get(4).doing(READING)?;
    let problems: Option<Vec<Problem>> = problems.map(|text| parsed("list of problems", text)).transpose()?;
    let taken = held.remove(&(order, told.remote_id.clone())).unwrap_or_default();
    Ok(Line {
        product: row.try_get(2).doing(READING)?,
        taken,
        short: row.try_get(3).doing(READING)?,
        problems: problems.unwrap_or_default(),
        recorded: Recorded::default(),
        told,
    })
}

/// Writes the orders that were touched, whole.
pub(crate) async fn write(
    connection: &mut Connection,
    channel_id: i64,
    channel: &str,
    orders: &BTreeMap<String, Entered>,
) -> Result<(), StoreError> {
    let now = database::now();
    let touched: Vec<(&Entered, &Header)> = orders
        .values()
        .filter(|entered| entered.touched)
        .filter_map(|entered| Some((entered, entered.header.as_ref()?)))
        .collect();
    let ids: Vec<i64> = touched.iter().map(|(entered, _)| entered.id).collect();
    for table in ["DELETE FROM order_lines WHERE order_id IN ", "DELETE FROM order_stock WHERE order_id IN "]
    {
        for portion in ids.chunks(MOST_KEYS) {
            let mut builder = QueryBuilder::new(table);
            push_keys(&mut builder, portion);
            builder.build().execute(&mut *connection).await.doing("replacing order lines")?;
        }
    }
    UPSERT
        .execute(connection, touched.iter(), |mut row, (entered, header)| {
            let order = &header.order;
            let troubled = entered.lines.iter().filter(|line| !line.problems.is_empty()).count();
            row.push_bind(entered.id).push_bind(channel_id).push_bind(channel.to_owned());
            row.push_bind(order.remote_id.clone()).push_bind(order.number.clone());
            row.push_bind(state_name(shown(entered, header)));
            row.push_bind(order.placed_at).push_bind(order.changed_at);
            row.push_bind(header.document()).push_bind(header.customer()).push_bind(header.takes_stock);
            row.push_bind(troubled as i64).push_bind(now).push_bind(now);
        })
        .await?;
    write_lines(connection, &touched).await
}

/// The order's state as it is listed.
pub(crate) fn shown(entered: &Entered, header: &Header) -> OrderState {
    shown_state(header.order.state, entered.lines.iter().map(Line::units))
}

/// Lists these orders under the state in which they are by their parcels.
pub(crate) async fn note_states(connection: &mut Connection, ids: &[i64]) -> Result<(), StoreError> {
    for id in ids {
        let Some((_, _, (_, entered))) = of_id(connection, *id).await? else { continue };
        let Some(header) = &entered.header else { continue };
        sqlx::query("UPDATE orders SET state = $2, updated_at = $3 WHERE id = $1")
            .bind(id)
            .bind(state_name(shown(&entered, header)))
            .bind(database::now())
            .execute(&mut *connection)
            .await
            .doing("noting the state of an order")?;
    }
    Ok(())
}

async fn write_lines(connection: &mut Connection, touched: &[(&Entered, &Header)]) -> Result<(), StoreError> {
    let lines: Vec<(i64, i64, &Line)> = touched
        .iter()
        .flat_map(|(entered, _)| (0_i64..).zip(&entered.lines).map(|(at, line)| (entered.id, at, line)))
        .collect();
    let held: Vec<_> = lines
        .iter()
        .flat_map(|(order, _, line)| line.taken.iter().map(move |units| (*order, *line, units)))
        .collect();
    INSERT_LINES
        .execute(connection, lines.into_iter(), |mut row, (order, position, line)| {
            let problems = (!line.problems.is_empty()).then(|| text(&line.problems));
            row.push_bind(order).push_bind(position).push_bind(line.told.remote_id.clone());
            row.push_bind(line.product).push_bind(text(&line.told)).push_bind(line.short).push_bind(problems);
        })
        .await?;
    INSERT_HELD
        .execute(connection, held.into_iter(), |mut row, (order, line, (location, units))| {
            row.push_bind(order).push_bind(line.told.remote_id.clone()).push_bind(line.product);
            row.push_bind(location.clone()).push_bind(*units);
        })
        .await
}

fn parsed<T: DeserializeOwned>(what: &'static str, text: &str) -> Result<T, StoreError> {
    // The text may hold personal data, so it is not repeated.
    serde_json::from_str(text).map_err(|error| StoreError::Damaged { what, value: error.to_string() })
}

fn text(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("texts and numbers always have a JSON form")
}
