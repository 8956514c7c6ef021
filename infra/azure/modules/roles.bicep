/*
 * Who may do what: the app on its own resources, and the person who deploys on what an operator edits. Nothing wider than one resource.
 * The ids are Microsoft's own, the same in every tenant; known-roles.json holds them with their names and source.
 */

@description('Name of the storage account.')
param storageAccountName string

@description('Name of the container with the team files.')
param configContainerName string

@description('Name of the vault.')
param keyVaultName string

@description('Name of Application Insights.')
param applicationInsightsName string

@description('Object id of the identity of the app.')
param appPrincipalId string

@description('Object id of the person who deploys, or empty.')
param personPrincipalId string

@description('User, Group or ServicePrincipal.')
@allowed(['User', 'Group', 'ServicePrincipal'])
param personPrincipalType string

var keyVaultSecretsOfficer = 'b86a8fe4-44ce-4948-aee5-eccb2c155cd7'
var monitoringMetricsPublisher = '3913510d-42f4-4e42-8a64-420c390055eb'
var storageBlobDataContributor = 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'
var storageBlobDataOwner = 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
var storageQueueDataContributor = '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
var storageTableDataContributor = '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'

var appRolesOnStorage = [
  // What the Functions host asks for on its own account: it takes leases for timers and singletons, keeps the function keys
  // and runs the deployed package. https://learn.microsoft.com/azure/azure-functions/functions-reference#connecting-to-host-storage-with-an-identity
  storageBlobDataOwner
  // The work queues, their poison queues, and the triggers on them.
  storageQueueDataContributor
  // Ledger, history and consent states.
  storageTableDataContributor
]

resource account 'Microsoft.Storage/storageAccounts@2026-04-01' existing = {
  name: storageAccountName

  resource blobs 'blobServices' existing = {
    name: 'default'

    resource config 'containers' existing = {
      name: configContainerName
    }
  }
}

resource vault 'Microsoft.KeyVault/vaults@2026-02-01' existing = {
  name: keyVaultName
}

resource applicationInsights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: applicationInsightsName
}

resource appOnStorage 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in appRolesOnStorage: {
    name: guid(account.id, appPrincipalId, role)
    scope: account
    properties: {
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
      principalId: appPrincipalId
      principalType: 'ServicePrincipal'
    }
  }
]

// Officer, not reader: a consent and a rotated refresh token are written by the app. On this vault only.
resource appOnVault 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault.id, appPrincipalId, keyVaultSecretsOfficer)
  scope: vault
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', keyVaultSecretsOfficer)
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
  }
}

// The host may write telemetry, and read none.
resource appOnApplicationInsights 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(applicationInsights.id, appPrincipalId, monitoringMetricsPublisher)
  scope: applicationInsights
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', monitoringMetricsPublisher)
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
  }
}

// Owning a subscription does not open its vaults: without this nobody could rotate a secret in the portal.
resource personOnVault 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(personPrincipalId)) {
  name: guid(vault.id, personPrincipalId, keyVaultSecretsOfficer)
  scope: vault
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', keyVaultSecretsOfficer)
    principalId: personPrincipalId
    principalType: personPrincipalType
  }
}

// The team files only: reports name people, and the host keeps its keys in another container.
resource personOnConfig 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(personPrincipalId)) {
  name: guid(account::blobs::config.id, personPrincipalId, storageBlobDataContributor)
  scope: account::blobs::config
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', storageBlobDataContributor)
    principalId: personPrincipalId
    principalType: personPrincipalType
  }
}
