// The one entry of the function app, and the table of its functions. Loading registers them and nothing else: the file of a
// function, and whatever that needs, is read when the function is first invoked.
import { setSourceMapsSupport } from "node:module";
import { app } from "@azure/functions";
import {
  absence,
  ABSENCE_SCHEDULE,
  connections,
  membership,
  MEMBERSHIP_SCHEDULE,
  registration,
  REGISTRATION_SCHEDULE,
} from "./capabilities.ts";
import { lazily } from "./lazily.ts";
import "./redacted-errors.ts";

// Stack traces in the log name our sources. Not by NODE_OPTIONS: the cloud may have started the process before it knew the settings.
setSourceMapsSupport(true);

app.http("health", {
  route: "health",
  methods: ["GET"],
  authLevel: "anonymous",
  handler: lazily(() => import("./health.ts")),
});
app.http("health-detail", {
  route: "health/detail",
  methods: ["GET"],
  authLevel: "function",
  handler: lazily(() => import("./health-detail.ts")),
});

app.http("oauth-start", {
  route: "oauth/{provider}/start",
  methods: ["GET"],
  authLevel: "function",
  handler: lazily(() => import("./oauth-start.ts")),
});
app.http("oauth-callback", {
  route: "oauth/{provider}/callback",
  methods: ["GET"],
  authLevel: "anonymous",
  handler: lazily(() => import("./oauth-callback.ts")),
});
app.http("connect", {
  route: "connect/{ticket}",
  methods: ["GET"],
  authLevel: "anonymous",
  handler: lazily(() => import("./connect.ts")),
});
app.http("connections", {
  route: "connections",
  methods: ["GET"],
  authLevel: "function",
  handler: lazily(() => import("./connections.ts")),
});
if (connections.isConfigured) {
  app.timer("connections-check", {
    // In UTC: after the registration passes, whose use of a connection keeps it alive.
    schedule: "0 0 6 * * *",
    handler: lazily(() => import("./connections-check.ts")),
  });
}

app.http("registration-run", {
  route: "registrations/run",
  methods: ["POST"],
  authLevel: "function",
  handler: lazily(() => import("./registration-run.ts")),
});
app.http("registration-runs", {
  route: "registrations/runs",
  methods: ["GET"],
  authLevel: "function",
  handler: lazily(() => import("./registration-runs.ts")),
});
app.http("registration-replay", {
  route: "registrations/replay",
  methods: ["POST"],
  authLevel: "function",
  handler: lazily(() => import("./registration-replay.ts")),
});
if (registration.isConfigured) {
  app.timer("registration-pass", {
    schedule: REGISTRATION_SCHEDULE,
    handler: lazily(() => import("./registration-pass.ts")),
  });
  app.timer("registration-catchup", {
    // Hourly, half an hour after the usual full hour of the passes.
    schedule: "0 30 * * * *",
    handler: lazily(() => import("./registration-catchup.ts")),
  });
  app.storageQueue("registration-worker", {
    queueName: "registration-passes",
    connection: "AzureWebJobsStorage",
    handler: lazily(() => import("./registration-worker.ts")),
  });
}

app.http("membership-sync-now", {
  route: "memberships/sync",
  methods: ["POST"],
  authLevel: "function",
  handler: lazily(() => import("./membership-sync-now.ts")),
});
app.http("membership-runs", {
  route: "memberships/runs",
  methods: ["GET"],
  authLevel: "function",
  handler: lazily(() => import("./membership-runs.ts")),
});
app.http("membership-undo", {
  route: "memberships/undo",
  methods: ["POST"],
  authLevel: "function",
  handler: lazily(() => import("./membership-undo.ts")),
});
app.http("approvals", {
  route: "approvals/{token}",
  // Programs that check mails ask for no more than the head.
  methods: ["GET", "HEAD", "POST"],
  authLevel: "anonymous",
  handler: lazily(() => import("./approvals.ts")),
});
if (membership.isConfigured) {
  app.timer("membership-sync", {
    schedule: MEMBERSHIP_SCHEDULE,
    handler: lazily(() => import("./membership-sync.ts")),
  });
  app.storageQueue("membership-worker", {
    queueName: "membership-syncs",
    connection: "AzureWebJobsStorage",
    handler: lazily(() => import("./membership-worker.ts")),
  });
}

app.http("monitor", {
  route: "monitor",
  methods: ["POST"],
  authLevel: "function",
  handler: lazily(() => import("./monitor.ts")),
});
app.http("monitor-hook", {
  route: "hooks/{token}/monitor",
  methods: ["POST"],
  authLevel: "anonymous",
  handler: lazily(() => import("./monitor-hook.ts")),
});
app.http("monitor-list", {
  route: "monitor",
  methods: ["GET"],
  authLevel: "function",
  handler: lazily(() => import("./monitor-list.ts")),
});
app.http("monitor-sync", {
  route: "monitor/sync",
  methods: ["GET"],
  authLevel: "function",
  handler: lazily(() => import("./monitor-sync.ts")),
});
app.http("monitor-away", {
  route: "monitor/away.ics",
  methods: ["GET"],
  authLevel: "function",
  handler: lazily(() => import("./monitor-away.ts")),
});
if (absence.isConfigured) {
  app.timer("absence-watch", {
    schedule: ABSENCE_SCHEDULE,
    handler: lazily(() => import("./absence-watch.ts")),
  });
  app.storageQueue("absence-worker", {
    queueName: "absence-partitions",
    connection: "AzureWebJobsStorage",
    handler: lazily(() => import("./absence-worker.ts")),
  });
}
