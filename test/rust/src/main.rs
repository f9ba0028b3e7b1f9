//! Drives the unmodified official client (crate `taos`) against a server and prints what it saw as JSON.
//!
//! Usage: official-client ws://root:taosdata@127.0.0.1:6041

use anyhow::{Context, Result};
use serde_json::{json, Value as Json};
use taos::taos_query::common::{SchemalessPrecision, SchemalessProtocol, SmlDataBuilder};
use taos::*;

const START: i64 = 1_700_000_000_000;

/// A cell as JSON can hold it.
fn plain(value: &Value) -> Json {
    match value {
        Value::Null(_) => Json::Null,
        Value::Bool(value) => json!(value),
        Value::Float(value) => json!(value),
        Value::Double(value) => json!(value),
        Value::Timestamp(value) => json!(value.as_raw_i64()),
        Value::VarBinary(bytes) | Value::Geometry(bytes) => {
            json!(bytes
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect::<String>())
        }
        other => json!(format!("{other}")),
    }
}

async fn rows(taos: &Taos, sql: &str) -> Result<Json> {
    let records = taos
        .query(sql)
        .await
        .context(sql.to_string())?
        .to_records()
        .await?;
    Ok(records
        .iter()
        .map(|row| row.iter().map(plain).collect::<Json>())
        .collect())
}

async fn refusal(taos: &Taos, sql: &str) -> String {
    match taos.query(sql).await {
        Ok(_) => "accepted".to_string(),
        Err(error) => error.to_string(),
    }
}

/// Creates a database, writes with SQL, reads in several blocks and provokes errors.
async fn query(taos: &Taos) -> Result<Json> {
    taos.exec("create database official_rust keep 36500")
        .await?;
    taos.exec("use official_rust").await?;
    taos.exec("create stable meters (ts timestamp, current float, voltage int) tags (groupid int)")
        .await?;
    let affected = taos
        .exec(format!(
            "insert into d0 using meters tags(0) values ({START}, 1.5, 220) ({}, null, 221)",
            START + 1
        ))
        .await?;
    let values: String = (0..10_000)
        .map(|i| format!("({}, 0.5, {i})", START + i))
        .collect();
    taos.exec(format!(
        "insert into d1 using meters tags(1) values {values}"
    ))
    .await?;
    let many = taos.query("select * from d1").await?.to_records().await?;
    Ok(json!({
        "affected": affected,
        "rows": rows(taos, "select ts, current, voltage from d0 order by ts").await?,
        "many": many.len(),
        "last": plain(&many[9_999][2]),
        "count": rows(taos, "select count(*) from meters").await?,
        "none": rows(taos, "select * from d0 where voltage = 99999").await?,
        "noTable": refusal(taos, "select * from nosuch").await,
        "badSql": refusal(taos, "selec 1").await,
    }))
}

/// Binds every type, with a row of NULLs, and reads them back.
async fn every_type(taos: &Taos) -> Result<Json> {
    taos.exec(
        "create stable typed (ts timestamp, b bool, i8 tinyint, i16 smallint, i32 int, i64 bigint, u8 tinyint unsigned, \
         u16 smallint unsigned, u32 int unsigned, u64 bigint unsigned, f float, d double, s varchar(20), n nchar(20)) \
         tags (t int, l varchar(10))",
    )
    .await?;
    let mut statement = Stmt::init(taos).await?;
    statement
        .prepare("insert into ? using typed tags(?, ?) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
        .await?;
    statement.set_tbname("e1").await?;
    statement
        .set_tags(&[Value::Int(7), Value::VarChar("here".to_string())])
        .await?;
    let columns = [
        ColumnView::from_millis_timestamp(vec![START, START + 1]),
        ColumnView::from_bools(vec![Some(true), None]),
        ColumnView::from_tiny_ints(vec![Some(i8::MIN), None]),
        ColumnView::from_small_ints(vec![Some(i16::MIN), None]),
        ColumnView::from_ints(vec![Some(i32::MIN), None]),
        ColumnView::from_big_ints(vec![Some(i64::MIN + 1), None]),
        ColumnView::from_unsigned_tiny_ints(vec![Some(u8::MAX), None]),
        ColumnView::from_unsigned_small_ints(vec![Some(u16::MAX), None]),
        ColumnView::from_unsigned_ints(vec![Some(u32::MAX), None]),
        ColumnView::from_unsigned_big_ints(vec![Some(u64::MAX), None]),
        ColumnView::from_floats(vec![Some(1.5_f32), None]),
        ColumnView::from_doubles(vec![Some(0.1_f64), None]),
        ColumnView::from_varchar::<&str, _, _, _>(vec![Some("plain é"), None]),
        ColumnView::from_nchar::<&str, _, _, _>(vec![Some("北京 😀"), None]),
    ];
    statement.bind(&columns).await?;
    statement.add_batch().await?;
    let affected = statement.execute().await?;
    Ok(
        json!({ "affected": affected, "rows": rows(taos, "select * from typed order by ts").await? }),
    )
}

/// Writes schemaless lines.
async fn schemaless(taos: &Taos) -> Result<Json> {
    let lines = SmlDataBuilder::default()
        .protocol(SchemalessProtocol::Line)
        .precision(SchemalessPrecision::Millisecond)
        .data(vec![format!("weather,city=Z temp=21.5,hum=40i {START}")])
        .build()?;
    taos.put(&lines).await?;
    rows(taos, "select _ts, temp, hum, city from weather").await
}

#[tokio::main]
async fn main() -> Result<()> {
    let url = std::env::args()
        .nth(1)
        .context("usage: official-client URL")?;
    let taos = TaosBuilder::from_dsn(&url)?.build().await?;
    let query = query(&taos).await.context("query")?;
    let every_type = every_type(&taos).await.context("statement")?;
    let database = format!("{url}/official_rust");
    let schemaless = schemaless(&TaosBuilder::from_dsn(&database)?.build().await?)
        .await
        .context("schemaless")?;
    println!(
        "{}",
        json!({ "query": query, "everyType": every_type, "schemaless": schemaless })
    );
    Ok(())
}
