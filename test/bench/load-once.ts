/** `node load-once.ts APP` loads the function app in a folder once, as the local host does, and prints the milliseconds. */
import { FunctionAppCore } from "../../infra/local/host/core-api.ts";
import { loadApp } from "../../infra/local/host/load-app.ts";
import { timeOf } from "./median.ts";

const [appRoot = ""] = process.argv.slice(2);
const core = new FunctionAppCore(() => {});
core.answerRequire();
const milliseconds = await timeOf(() => loadApp(appRoot, core));
console.log(JSON.stringify({ milliseconds, functions: core.functions.size }));
