// The one entry of the function app. Loading registers the functions and nothing else: whatever they need is imported when
// they are first invoked.
import "./health.ts";
import "./registration-pass.ts";
import "./registration-run.ts";
import "./registration-runs.ts";
