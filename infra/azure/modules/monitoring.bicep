/* Where the Functions host sends what the app logs. The app itself sends no telemetry. */

@description('Name of the Log Analytics workspace.')
param workspaceName string

@description('Name of the Application Insights component.')
param applicationInsightsName string

@description('Region.')
param location string

@description('Tags of every resource of this installation.')
param tags object

@description('Days for which logs are kept.')
param retentionDays int

@description('Gigabytes of logs a day after which no more are taken.')
param dailyQuotaGb int

resource workspace 'Microsoft.OperationalInsights/workspaces@2026-03-01' = {
  name: workspaceName
  location: location
  tags: tags
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: retentionDays
    workspaceCapping: { dailyQuotaGb: dailyQuotaGb }
    features: { disableLocalAuth: true }
  }
}

resource applicationInsights 'Microsoft.Insights/components@2020-02-02' = {
  name: applicationInsightsName
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    IngestionMode: 'LogAnalytics'
    WorkspaceResourceId: workspace.id
    // Only an identity with a role can write, so that the connection string is an address and no secret.
    DisableLocalAuth: true
    DisableIpMasking: false
  }
}

@description('Resource id of Application Insights.')
output applicationInsightsId string = applicationInsights.id

@description('Name of Application Insights.')
output applicationInsightsName string = applicationInsights.name

@description('Where the host sends telemetry. Not a secret: see DisableLocalAuth.')
output connectionString string = applicationInsights.properties.ConnectionString
