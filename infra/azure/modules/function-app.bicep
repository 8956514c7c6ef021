/* The app: Azure Functions on the Flex Consumption plan, which scales to nothing and bills what runs. */

@description('Name of the function app, unique in all of Azure. The host takes its id from the first 32 letters.')
@maxLength(32)
param name string

@description('Name of the plan. A Flex Consumption plan holds one app.')
param planName string

@description('Region.')
param location string

@description('Tags of every resource of this installation.')
param tags object

@description('Resource id of the identity of the app.')
param identityId string

@description('Client id of the identity of the app.')
param identityClientId string

@description('Name of the storage account.')
param storageAccountName string

@description('URL of the container from which the app runs its package.')
param packageContainerUrl string

@description('Where the host sends telemetry.')
param applicationInsightsConnectionString string

@description('Version of Node.js.')
@allowed(['24', '22'])
param nodeVersion string

@description('Instances kept warm for web requests.')
param httpAlwaysReady int

@description('Memory of one instance in MB.')
param instanceMemoryMB int

@description('The most instances that may run at once.')
param maximumInstanceCount int

@description('The settings of Rollcall by name. Empty ones are left out.')
param settings object

var given = toObject(filter(items(settings), entry => !empty(entry.value)), entry => entry.key, entry => entry.value)

// Runtime, package and scale are no app settings on this plan: it refuses FUNCTIONS_WORKER_RUNTIME and its like.
var platform = {
  AzureWebJobsStorage__accountName: storageAccountName
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: identityClientId
  // DefaultAzureCredential takes the user-assigned identity that this names.
  AZURE_CLIENT_ID: identityClientId
  APPLICATIONINSIGHTS_CONNECTION_STRING: applicationInsightsConnectionString
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
}

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: { reserved: true }
}

resource app 'Microsoft.Web/sites@2025-03-01' = {
  name: name
  location: location
  // By this tag azd finds where to deploy the service `app` of azure.yaml.
  tags: union(tags, { 'azd-service-name': 'app' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identityId}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: packageContainerUrl
          authentication: { type: 'UserAssignedIdentity', userAssignedIdentityResourceId: identityId }
        }
      }
      runtime: { name: 'node', version: nodeVersion }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: maximumInstanceCount
        alwaysReady: httpAlwaysReady > 0 ? [{ name: 'http', instanceCount: httpAlwaysReady }] : []
      }
    }
    siteConfig: {
      http20Enabled: true
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      // The platform's own come last: no setting can take their place.
      appSettings: [
        for entry in items(union(given, platform)): {
          name: entry.key
          value: entry.value
        }
      ]
    }
  }

  // The plan has no FTP server and refuses `ftpsState`; what can still be switched off are the passwords for FTP and for the deployment site.
  resource ftp 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: { allow: false }
  }

  resource scm 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: { allow: false }
  }
}

@description('Name of the app.')
output name string = app.name

@description('Base URL of the app, without a slash at the end.')
output url string = 'https://${app.properties.defaultHostName}'
