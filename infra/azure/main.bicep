/*
 * Rollcall in one subscription: `azd up` from the root of the project. RUNBOOK.md tells what to do before and after.
 * No secret passes through here: secrets are written into the Key Vault by people and by the app itself.
 */
targetScope = 'subscription'

import { Settings } from 'settings.bicep'

@description('Name of this installation, chosen at `azd env new`. Two names give two installations that share nothing.')
@minLength(1)
@maxLength(40)
param environmentName string

@description('Region of everything. `az functionapp list-flexconsumption-locations` lists those that have the Flex Consumption plan.')
@minLength(1)
@metadata({ azd: { type: 'location' } })
param location string

@description('Resource group to create or to use. Empty: `rg-rollcall-` and the name of the environment.')
@maxLength(90)
param resourceGroupName string = ''

@description('Mail address of the person who is told when something fails: by the alerts of Azure, and by the app itself as OPERATOR_ADDRESS.')
@minLength(6)
param operatorAddress string

@description('Object id of who deploys, filled in by azd. That person may edit the secrets and the team files. Empty: nobody is given access.')
param principalId string = ''

@description('What `principalId` is. A pipeline deploys as a ServicePrincipal.')
@allowed(['User', 'Group', 'ServicePrincipal'])
param principalType string = 'User'

@description('The settings of Rollcall. An empty one is not set, so that the default in the code holds. See settings.bicep for each.')
param settings Settings = {}

@description('Settings whose names hold a name of yours, as JSON: {"TEAM_MANTABOTS_TO": "hosts@example.org"}.')
param moreSettings object = {}

@description('Version of Node.js. 22 only where the region does not offer 24 yet.')
@allowed(['24', '22'])
param nodeVersion string = '24'

@description('Instances kept warm for web requests. 0 is the cheapest: the first page after a pause takes some seconds. Each one costs money all day.')
@minValue(0)
@maxValue(20)
param httpAlwaysReady int = 0

@description('Memory of one instance in MB. 2048 is what the plan recommends; 512 is enough for a few teams and costs a quarter.')
@allowed([512, 2048, 4096])
param instanceMemoryMB int = 2048

@description('The most instances that may run at once. Protects the bill; the plan accepts no less than 40 in most regions.')
@minValue(1)
@maxValue(1000)
param maximumInstanceCount int = 40

@description('How many copies of the state are kept: Standard_LRS in one building, Standard_ZRS in three zones of the region.')
@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_GZRS'])
param storageRedundancy string = 'Standard_LRS'

@description('Days in which a deleted blob can be brought back: a team file, but also a report that the app has cleaned up.')
@minValue(1)
@maxValue(365)
param deletedBlobDays int = 7

@description('Days in which a deleted vault or secret can be brought back. Nobody can purge it sooner. Cannot be changed after the first deployment.')
@minValue(7)
@maxValue(90)
param vaultRetentionDays int = 90

@description('True to take back the vault of an earlier `azd down` with the same names, with its secrets. Back to false afterwards.')
param recoverVault bool = false

@description('Days for which logs are kept. Up to 31 cost nothing.')
@minValue(30)
@maxValue(730)
param logRetentionDays int = 30

@description('Gigabytes of logs a day after which no more are taken. Protects the bill. While the cap holds, the alert about missing runs will fire.')
@minValue(1)
param logDailyQuotaGb int = 1

var groupName = empty(resourceGroupName) ? 'rg-rollcall-${environmentName}' : resourceGroupName
// Vault, storage account and app share their names with all of Azure: these thirteen letters keep installations apart.
var token = uniqueString(subscription().subscriptionId, groupName, environmentName)
var tags = { 'azd-env-name': environmentName }

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: groupName
  location: location
  tags: tags
}

module identity 'modules/identity.bicep' = {
  name: 'rollcall-identity'
  scope: group
  params: { name: 'id-rollcall-${token}', location: location, tags: tags }
}

module storage 'modules/storage.bicep' = {
  name: 'rollcall-storage'
  scope: group
  params: {
    name: 'strollcall${token}'
    location: location
    tags: tags
    redundancy: storageRedundancy
    deletedBlobDays: deletedBlobDays
  }
}

module keyVault 'modules/key-vault.bicep' = {
  name: 'rollcall-key-vault'
  scope: group
  params: {
    name: 'kvrollcall${token}'
    location: location
    tags: tags
    retentionDays: vaultRetentionDays
    recover: recoverVault
  }
}

module monitoring 'modules/monitoring.bicep' = {
  name: 'rollcall-monitoring'
  scope: group
  params: {
    workspaceName: 'log-rollcall-${token}'
    applicationInsightsName: 'appi-rollcall-${token}'
    location: location
    tags: tags
    retentionDays: logRetentionDays
    dailyQuotaGb: logDailyQuotaGb
  }
}

module roles 'modules/roles.bicep' = {
  name: 'rollcall-roles'
  scope: group
  params: {
    storageAccountName: storage.outputs.name
    configContainerName: storage.outputs.configContainerName
    keyVaultName: keyVault.outputs.name
    applicationInsightsName: monitoring.outputs.applicationInsightsName
    appPrincipalId: identity.outputs.principalId
    personPrincipalId: principalId
    personPrincipalType: principalType
  }
}

module functionApp 'modules/function-app.bicep' = {
  name: 'rollcall-function-app'
  scope: group
  // The host reads its storage account the moment it starts, and a missing role is a failed start.
  dependsOn: [roles]
  params: {
    name: 'func-rollcall-${token}'
    planName: 'plan-rollcall-${token}'
    location: location
    tags: tags
    identityId: identity.outputs.id
    identityClientId: identity.outputs.clientId
    storageAccountName: storage.outputs.name
    packageContainerUrl: storage.outputs.packageContainerUrl
    applicationInsightsConnectionString: monitoring.outputs.connectionString
    nodeVersion: nodeVersion
    httpAlwaysReady: httpAlwaysReady
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    settings: union(moreSettings, settings, {
      OPERATOR_ADDRESS: operatorAddress
      CONFIG_DIR: storage.outputs.configContainerUrl
      KEY_VAULT_URL: keyVault.outputs.url
    })
  }
}

module alerts 'modules/alerts.bicep' = {
  name: 'rollcall-alerts'
  scope: group
  params: {
    environmentName: environmentName
    location: location
    tags: tags
    applicationInsightsId: monitoring.outputs.applicationInsightsId
    operatorAddress: operatorAddress
  }
}

// As the app sees itself: a name of its own, when there is one, without the slash that the app takes off as well.
var publicUrl = settings.?PUBLIC_URL ?? ''
var ownName = endsWith(publicUrl, '/') ? substring(publicUrl, 0, length(publicUrl) - 1) : publicUrl
var base = empty(ownName) ? functionApp.outputs.url : ownName
var portal = 'https://portal.azure.com/#@${tenant().tenantId}/resource'

@description('The resource group that holds everything.')
output AZURE_RESOURCE_GROUP string = group.name

@description('Name of the function app, for `az functionapp keys list`.')
output FUNCTION_APP_NAME string = functionApp.outputs.name

@description('Base of every page and route.')
output FUNCTION_APP_URL string = base

@description('Open first: answers {"status":"ok"} when the app runs.')
output HEALTH_URL string = '${base}/api/health'

@description('Redirect URI to add to the app registration in Microsoft Entra ID, to the letter.')
output MICROSOFT_REDIRECT_URI string = '${base}/api/oauth/microsoft/callback'

@description('Redirect URI to add to the Webex integration, to the letter.')
output WEBEX_REDIRECT_URI string = '${base}/api/oauth/webex/callback'

@description('What vmo-mediator is given as its mail interface, with the secret mediator-token behind it.')
output MEDIATOR_HOOK_URL string = '${base}/api/hooks/'

@description('The state of every connection, and a link to connect it. Needs the function key in the header x-functions-key.')
output CONNECTIONS_URL string = '${base}/api/connections'

@description('Where a Microsoft account gives its consent. Needs the function key too; the links in CONNECTIONS_URL do not.')
output CONSENT_START_URL string = '${base}/api/oauth/microsoft/start'

@description('Name of the vault, for `az keyvault secret set`.')
output KEY_VAULT_NAME string = keyVault.outputs.name

@description('The secrets in the portal: where a client secret or a mail password is set and rotated.')
output SECRETS_PORTAL_URL string = '${portal}${keyVault.outputs.id}/secrets'

@description('Name of the storage account, for `az storage blob upload-batch`.')
output STORAGE_ACCOUNT_NAME string = storage.outputs.name

@description('Name of the container with the team files, space files and mail patterns.')
output CONFIG_CONTAINER_NAME string = storage.outputs.configContainerName

@description('The storage account in the portal: its containers, of which `config` holds the team and space files.')
output CONFIG_PORTAL_URL string = '${portal}${storage.outputs.id}/containersList'

@description('The logs in the portal, for queries.')
output LOGS_PORTAL_URL string = '${portal}${monitoring.outputs.applicationInsightsId}/logs'
