/*
 * Mail to the operator when something needs a person. Every rule asks the logs of the app (`traces` in Application Insights) for a code.
 * `has` finds the code as a whole word: ROLLCALL_PASS_OK is not found in ROLLCALL_PASS_OKAY. host.json must keep traces out of
 * sampling, or a line that a rule waits for may be missing.
 */

@description('Name of this installation, which stands before the name of each alert.')
param environmentName string

@description('Region of Application Insights: a rule must be where its logs are.')
param location string

@description('Tags of every resource of this installation.')
param tags object

@description('Resource id of Application Insights.')
param applicationInsightsId string

@description('Who gets the mail.')
param operatorAddress string

var events = [
  {
    name: 'pass-failed'
    title: 'A registration pass failed'
    description: 'A team may not have been announced today. The line in the mail names the team and the run; GET /api/registrations/runs tells why and what to do.'
    severity: 1
    // One row for each failed pass. operation_Id leads to everything that was logged in the same run.
    query: '''
      traces
      | where message has "ROLLCALL_PASS_FAILED"
      | project timestamp, message, operation_Name, operation_Id
    '''
  }
  {
    name: 'sync-failed'
    title: 'A space was not brought into line with its directory'
    description: 'FAILED: nobody, or not everybody, was added and removed; what was unknown has changed nothing. HELD: the plan waits for approval. The line in the mail names the space and the run; GET /api/memberships/runs tells why and what to do.'
    severity: 2
    query: '''
      traces
      | where message has_any ("ROLLCALL_SYNC_FAILED", "ROLLCALL_SYNC_HELD")
      | project timestamp, message, operation_Name, operation_Id
    '''
  }
  {
    name: 'connection'
    title: 'A connection or client secret runs out or has died'
    description: 'EXPIRING: sign in again, or rotate the secret, before the day named. DEAD: every run that needs it fails until then. GET /api/connections has the link.'
    severity: 1
    // Both codes end the same way, with a person signing in or setting a secret, so one rule serves them.
    query: '''
      traces
      | where message has_any ("ROLLCALL_CONNECTION_EXPIRING", "ROLLCALL_CONNECTION_DEAD")
      | project timestamp, message, operation_Name, operation_Id
    '''
  }
  {
    name: 'absence'
    title: 'Voice mail may say the wrong thing about who is away'
    description: 'UNDELIVERED: the mediator, or a webhook, has not taken news in many tries, which go on. FAILED, five times within the hour: mailboxes could not be asked, or the storage account not be used. GET /api/monitor and /api/health/detail tell what is wrong.'
    severity: 2
    // A tick is made good by the next one a minute later, so a few that failed are nobody's business.
    query: '''
      traces
      | where message has "ROLLCALL_ABSENCE_UNDELIVERED"
          or (message has "ROLLCALL_ABSENCE_FAILED"
            and toscalar(traces | where message has "ROLLCALL_ABSENCE_FAILED" | count) >= 5)
      | project timestamp, message, operation_Name, operation_Id
    '''
  }
  {
    name: 'poison-message'
    title: 'A message was put aside'
    description: 'A queue worker failed on it five times. It is kept for 7 days in the queue whose name ends in -poison. Read the errors of its operation. What to do depends on the queue: the runbook says it.'
    severity: 2
    // Written by the queue extension of the host, not by the app: "Message has reached MaxDequeueCount of 5. Moving message to queue '...-poison'."
    query: '''
      traces
      | where message has "MaxDequeueCount" and message has "poison"
      | project timestamp, message, operation_Name, operation_Id
    '''
  }
]

resource operators 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'rollcall-${environmentName}-operators'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'rollcall'
    enabled: true
    emailReceivers: [
      { name: 'operator', emailAddress: operatorAddress, useCommonAlertSchema: true }
    ]
  }
}

/*
 * Looks every 15 minutes at the last hour, so that lines that reach the logs late are still seen, and is silent for an hour after a mail:
 * the line has left the window by then, while a second failure in the meantime has not. Nothing is ever called "resolved": a failed
 * pass does not heal by growing old.
 */
resource eventAlerts 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = [
  for event in events: {
    name: 'rollcall-${environmentName}-${event.name}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: 'Rollcall ${environmentName}: ${event.title}'
      description: event.description
      enabled: true
      severity: event.severity
      scopes: [applicationInsightsId]
      evaluationFrequency: 'PT15M'
      windowSize: 'PT1H'
      autoMitigate: false
      muteActionsDuration: 'PT1H'
      // On the first deployment there are no logs yet that the query could be tried on.
      skipQueryValidation: true
      criteria: {
        allOf: [
          {
            query: event.query
            timeAggregation: 'Count'
            operator: 'GreaterThan'
            threshold: 0
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      actions: { actionGroups: [operators.id] }
    }
  }
]

/*
 * The one that notices silence: a timer that does not fire, a deployment that does not start, logs that do not arrive.
 * A day and two hours, so that a pass at 04:00 may be late or be repeated. `summarize` without `by` gives one row also when nothing
 * was found, with 0 in it; a rule that counted rows would have none to compare. The window is the next larger one that Azure offers.
 * On a new installation it fires within the hour and resolves itself with the first good pass.
 */
resource silence 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = {
  name: 'rollcall-${environmentName}-no-ok-run'
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: 'Rollcall ${environmentName}: no team had an ok run for 26 hours'
    description: 'Nobody is being announced. Open /api/health/detail, then the logs; force a run with POST /api/registrations/run. Resolves itself with the first good pass.'
    enabled: true
    severity: 0
    scopes: [applicationInsightsId]
    evaluationFrequency: 'PT1H'
    windowSize: 'P2D'
    autoMitigate: true
    skipQueryValidation: true
    criteria: {
      allOf: [
        {
          query: '''
            traces
            | where timestamp > ago(26h)
            | where message has "ROLLCALL_PASS_OK"
            | summarize passes = count()
          '''
          metricMeasureColumn: 'passes'
          timeAggregation: 'Total'
          operator: 'LessThan'
          threshold: 1
          failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
        }
      ]
    }
    actions: { actionGroups: [operators.id] }
  }
}

/*
 * The same for the spaces, where there are any: the logs tell by the runs of the days before, and where they never were there is no
 * row. Once both days are empty there is no row either; so this rule is not resolved by that, and comes once a day while it holds.
 */
resource spacesSilence 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = {
  name: 'rollcall-${environmentName}-no-ok-sync'
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: 'Rollcall ${environmentName}: no space had an ok run for 26 hours'
    description: 'No space follows its directory any more. Open /api/health/detail, then the logs; see GET /api/memberships/runs, and force a dry run with POST /api/memberships/sync.'
    enabled: true
    severity: 1
    scopes: [applicationInsightsId]
    evaluationFrequency: 'PT1H'
    windowSize: 'P2D'
    autoMitigate: false
    muteActionsDuration: 'P1D'
    skipQueryValidation: true
    criteria: {
      allOf: [
        {
          query: '''
            traces
            | where message has_any ("ROLLCALL_SYNC_OK", "ROLLCALL_SYNC_FAILED", "ROLLCALL_SYNC_HELD")
            | summarize known = count(), runs = countif(timestamp > ago(26h) and message has "ROLLCALL_SYNC_OK")
            | where known > 0
          '''
          metricMeasureColumn: 'runs'
          timeAggregation: 'Total'
          operator: 'LessThan'
          threshold: 1
          failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
        }
      ]
    }
    actions: { actionGroups: [operators.id] }
  }
}

/*
 * The same for the out-of-office monitor, which looks every minute: three hours are enough. A tick in which nothing was to be told says
 * so too, and one in which nobody is watched; where the monitor is not set up there are no lines, so the logs of the hours before tell.
 */
resource absenceSilence 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = {
  name: 'rollcall-${environmentName}-no-ok-tick'
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: 'Rollcall ${environmentName}: nobody has looked for an hour who is away'
    description: 'Voice mail does not follow the automatic replies any more. Open /api/health/detail, then the logs.'
    enabled: true
    severity: 1
    scopes: [applicationInsightsId]
    evaluationFrequency: 'PT15M'
    windowSize: 'PT3H'
    autoMitigate: false
    muteActionsDuration: 'P1D'
    skipQueryValidation: true
    criteria: {
      allOf: [
        {
          query: '''
            traces
            | where message has_any ("ROLLCALL_ABSENCE_OK", "ROLLCALL_ABSENCE_DELAYED", "ROLLCALL_ABSENCE_UNDELIVERED", "ROLLCALL_ABSENCE_FAILED")
            | summarize known = count(), ticks = countif(timestamp > ago(1h) and not(message has "ROLLCALL_ABSENCE_FAILED"))
            | where known > 0
          '''
          metricMeasureColumn: 'ticks'
          timeAggregation: 'Total'
          operator: 'LessThan'
          threshold: 1
          failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
        }
      ]
    }
    actions: { actionGroups: [operators.id] }
  }
}
