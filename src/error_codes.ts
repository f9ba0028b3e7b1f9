/**
 * The server codes that are worth a name, an own text or special handling. A code that is not here keeps the
 * server's text and is classed by its range.
 *
 * Names are TDengine's macros (taoserror.h); 0xFFFD … 0xFFFF are taosAdapter's own.
 *
 * @module
 */

/** What is known of a server code. */
export interface ServerCode {
  /** TDengine's macro. */
  readonly name: string;
  /** Text for a reply whose message is empty or says "success". */
  readonly text: string;
  /** What to do about it. */
  readonly hint?: string;
  /** Whether sending a read again may help. Default false. */
  readonly retryable?: boolean;
  /** The answer was lost on the way: the request may have been carried out. Default false. */
  readonly unknown?: boolean;
  /** A consumer that gets it is of no further use. Default false. */
  readonly fatal?: boolean;
}

/**
 * A line a code: its four hex digits and its marks (r retryable, u unknown, f fatal), the name in small letters without
 * TSDB_CODE, the text, the hint. Every worker at the edge carries the table, and zipped it is smallest like this.
 */
const table = `
0003 rpc auth failure|Authentication failure|Check user and password.
000br rpc network unavail|Unable to establish connection|Is taosd running, and does the adapter's firstEp name it?
0013 time unsynced|Client and server's time is not synchronized|Set both clocks.
0015 rpc fqdn error|Unable to resolve FQDN|The server's host name must resolve on the machine of the client library.
0018ru rpc broken link|Conn is broken
0019ru rpc timeout|Conn read timeout
0020r rpc somenode not connected|some vnode/qnode/mnode(s) out of service
0021ru rpc somenode broken link|some vnode/qnode/mnode(s) conn is broken
0022r rpc max sessions|rpc open too many session
0023ru rpc network error|rpc network error
0024r rpc network busy|rpc network bus
0026u rpc module quit|rpc module already quit
0102r out of memory|Out of memory
010b dll not load|Client driver not loaded|Install the TDengine client (libtaos) of the server's version.
010c dll func not load|Client driver lacks a function|Install the TDengine client (libtaos) of the server's version.
0110 app error|Unexpected generic error
0118 invalid para|Invalid parameters
0125r need retry|Retry needed
0126r out of rpc memory queue|Out of memory in rpc queue
0127 invalid timestamp|Invalid timestamp format
0129 no avail disk|No available disk
012b no diskspace|No disk space
012cru timeout error|Operation timeout
0130r app is starting|Database is starting up
0131r app is stopping|Database is closing down
0134 ip not in white list|Not allowed to connect|The server's white list does not hold this address.
013d decimal overflow|Decimal value overflow
0200 tsc invalid operation|Invalid operation
0207 tsc invalid user length|Invalid user name
0208 tsc invalid pass length|Invalid password
0209 tsc invalid db length|Database name too long
020a tsc invalid table id length|Table name too long
020f tsc query cancelled|Query terminated
0213ru tsc disconnected|Disconnected from server
0215u tsc conn killed|Connection killed
0216 tsc sql syntax error|Syntax error in SQL
0219 tsc exceed sql limit|SQL statement too long|Split it, or use insert() or a prepared statement.
021b tsc line syntax error|Syntax error in Line
021f tsc invalid column length|Invalid column length
0221 tsc invalid json|Invalid JSON format
0224 tsc value out of range|Value out of range
022a tsc stmt api error|Stmt API usage error
022b tsc stmt tbname error|Stmt table name not set
022d tsc query killed|Query killed
0230 tsc stmt cache error|Stmt cache error
0236 tsc stmt bind number error|Stmt bind number out of range|A bind takes 1 to 32767 rows.
0303 mnd no rights|Insufficient privilege for operation|Log in as a user who may, or have it granted.
0315 mnd user disabled|User is disabled
0350 mnd user already exist|User already exists
0351 mnd user not exist|Invalid user
0352 mnd invalid user format|Invalid user format
0353 mnd invalid pass format|Invalid password format
0354 mnd no user from conn|Can not get user from conn
0355 mnd too many users|Too many users
0356 mnd invalid alter oper|Invalid alter operation
0357 mnd auth failure|Authentication failure|Check user and password.
0358 mnd user not available|User not available
0360 mnd stb already exist|STable already exists
0362 mnd stb not exist|STable not exist
0380 mnd db not selected|Database not specified|Name a database in the URL or in the \`database\` option, or write db.table.
0381 mnd db already exist|Database already exists|Use CREATE DATABASE IF NOT EXISTS.
0386r mnd db in dropping|Database in dropping status
0388 mnd db not exist|Database not exist
0396r mnd db in creating|Database in creating status
03d3r mnd trans conflict|Conflict transaction not completed
03d7ru mnd trans sync timeout|Sync timeout while executing transaction
03e0 mnd topic already exist|Topic already exists
03e1 mnd topic not exist|Topic not exist
03e6f mnd consumer not exist|Consumer not exist
03e8 mnd subscribe not exist|Subscribe not exist
03ear mnd consumer not ready|Consumer not ready
03eb mnd topic subscribed|Topic subscribed cannot be dropped|Close its consumers first; the server lets go about two seconds later.
03ec mnd cgroup used|Consumer group being used by some consumer
03ed mnd topic must be deleted|Topic must be dropped first
03ee mnd invalid sub option|Invalid subscribe option
03efr mnd in rebalance|Topic being rebalanced
0408r dnode offline|Dnode is offline
0520r vnd not exist|Vnode not exist
0529r vnd stopped|Vnode stopped
0531r vnd query busy|Query busy
0600r tdb invalid table id|Invalid table ID
0602r tdb ivd tb schema version|Invalid table schema version
0603 tdb table already exist|Table already exists|Use CREATE TABLE IF NOT EXISTS.
060b tdb timestamp out of range|Timestamp data out of range|The database's KEEP decides how old a row may be. A number is ticks of the database's own precision (ms, us or ns); a Date says its unit itself.
0618 tdb table not exist|Table does not exist
061br tdb invalid table schema ver|Invalid table schema version
0739r qry reach qmem threshold|Query memory upper limit is reached
073ar qry query mem exhausted|Query memory exhausted
073br qry no fetch timeout|Result was not fetched for too long|Run the query again and read its result without long pauses.
0800 grant expired|License expired
0801 grant dnode limited|DNode creation limited by license
0802 grant acct limited|Account creation limited by license
0803 grant timeseries limited|Time-series limited by license
0804 grant db limited|DB creation limited by license
0805 grant user limited|User creation limited by license
0806 grant conn limited|Conn creation limited by license
0807 grant stream limited|Stream creation limited by license
0808 grant speed limited|Write speed limited by license
0809 grant storage limited|Storage capacity limited by license
080a grant subscription limited|Subscription creation limited by license
080b grant cpu limited|CPU cores limited by license
080c grant stable limited|STable creation limited by license
080d grant table limited|Table creation limited by license
0903ru syn timeout|Sync timeout
090cr syn not leader|Sync leader is unreachable
0911r syn propose not ready|Sync leader is not ready
0914r syn restoring|Sync leader is restoring
0916r syn buffer full|Sync buffer is full
0917r syn write stall|Sync write stall
0918r syn negotiation win full|Sync negotiation win is full
0a0d tq no committed offset|No committed offset|Set offsetReset to "earliest" or "latest", or commit an offset first.
1105 http no auth info|no auth info input|Check user and password.
1106 http no msg input|request is empty
1107 http no sql input|no SQL in the request
1122 http invalid auth type|invalid type of Authorization
1124 http invalid basic auth|invalid basic Authorization
1125 http invalid taosd auth|invalid taosd Authorization
2600 par syntax error|Syntax error in SQL
2601 par incomplete sql|Incomplete SQL statement
2602 par invalid column|Invalid column name
2603 par table not exist|Table does not exist
2605 par wrong value type|Invalid value type
260d par tags not matched|Tags number not matched
2610 par name or passwd too long|Name or password too long
2616 par db not specified|Database not specified|Name a database in the URL or in the \`database\` option, or write db.table.
263b par invalid fill time range|Start(end) time of query range required or time range too large
263e par invalid row length|Row length exceeds the limit
263f par invalid columns num|Illegal number of columns
2641 par invalid first column|First column must be timestamp
2644 par permission denied|Permission denied or target object not exist
2649 par invalid alter table|Invalid ALTER TABLE statement
2653 par value too long|Value too long for column/tag
2662 par get meta error|Fail to get table info
267b par primary key is null|Primary timestamp column should not be null
2802 func funtion para type|Invalid function para type
2803 func funtion para value|Invalid function para value
3000 sml invalid protocol type|Invalid line protocol type
3001 sml invalid precision type|Invalid timestamp precision type
3002 sml invalid data|Invalid data format
3003 sml invalid db conf|Invalid schemaless db config
3004 sml not same type|Not the same type as before
3005 sml internal error|Internal error of schemaless writing
4000 tmq invalid msg|Invalid message
4001f tmq consumer mismatch|Consumer mismatch
4002f tmq consumer closed|Consumer closed|Open the consumer again.
4003 tmq consumer error|Consumer error, to see log
4004 tmq topic out of range|Topic num out of range
4005 tmq group out of range|Group num out of range 100
4006 tmq snapshot error|Can not operate in snapshot mode
4007 tmq version out of range|Offset out of range
4008 tmq invalid vgid|VgroupId does not belong to this consumer
4009 tmq invalid topic|Topic does not belong to this consumer
4010 tmq need initialized|Assignment or poll needed first
4011 tmq no committed|No committed offset
4012 tmq same committed value|Committed value is the same as before
4013 tmq replay need one vgroup|Replay needs only one vgroup
4014 tmq replay not support|Replay is disabled for a database or stable topic
4017 tmq invalid status|Consumer is not subscribed
4018 tmq invalid data|Invalid data used to parse
4019 tmq raw data split|Raw data is split
fffd taosadapter sql forbidden|The adapter's configuration forbids this SQL
fffer taosadapter over limit|The adapter is over its limit|Send fewer requests at a time.
ffff taosadapter error|The adapter reports an error without a code of its own
`;

function parseLine(line: string): [code: number, facts: ServerCode] {
  const [head = "", text = "", hint] = line.split("|");
  const [mark = "", ...words] = head.split(" ");
  const name = words.join("_").toUpperCase();
  const facts: ServerCode = {
    name: name.startsWith("TAOSADAPTER") ? name : `TSDB_CODE_${name}`,
    text,
    ...(hint !== undefined && { hint }),
    ...(mark.includes("r", 4) && { retryable: true }),
    ...(mark.includes("u", 4) && { unknown: true }),
    ...(mark.includes("f", 4) && { fatal: true }),
  };
  return [Number.parseInt(mark.slice(0, 4), 16), facts];
}

/** Facts by server code (16 bits). */
export const serverCodes: ReadonlyMap<number, ServerCode> = new Map(
  table.trim().split("\n").map(parseLine),
);
