// The one entry of the function app. Loading registers the functions and nothing else: whatever they need is imported when
// they are first invoked.
import "./connections-check.ts";
import "./connections.ts";
import "./connect.ts";
import "./health.ts";
import "./oauth-callback.ts";
import "./oauth-start.ts";
import "./redacted-errors.ts";
import "./registration-pass.ts";
import "./registration-run.ts";
import "./registration-runs.ts";
