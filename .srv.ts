import { createServer } from "/work/main/src/devserver/mod.ts";
const s = await createServer({ port: 16041 }); console.log(s.url);
