import { connect } from "/work/main/mod.ts";
import { createServer } from "/work/main/src/devserver/mod.ts";
const server = await createServer({ port: 0 });
console.log(server.url);
{
await using db = await connect(server.url);
console.log(db.serverVersion, await db.ping());
await db.exec("create database if not exists d precision 'us'");
await db.use("d"); console.log(await db.currentDatabase());
await db.exec("create stable st (ts timestamp, v int, s varchar(20)) tags (t int)");
console.log(await db.insert("c1", {ts:[1n,2n,3n], v:[1,null,3], s:["a","b",null]}, {using:"st", tags:{t:5}}));
console.log((await db.query("select * from st order by ts")).rows);
console.log(await db.insert("st", {tbname:["x","y","x"], t:[1,2,1], ts:[1n,2n,3n], v:[1,2,3]}));
console.log((await db.query("select tbname, * from st where v > ?", [1])).rows);
const r = await db.sql`select count(*) n from st where s = ${"a"}`; console.log(r.rows, r.batch.columns[0]!.kind);
for await (const row of db.query("select * from st")) { console.log(row); break; }
console.log(server.openResults?.(), server.openStatements?.());
}
await server.close();
