/*
 * The one storage account: the state of the app (tables, blobs, queues), the bookkeeping of the Functions host,
 * the deployed package, and the team and space files. Reached with an identity only; its account keys open nothing.
 */

@description('Name of the account: 3 to 24 small letters and digits, unique in all of Azure.')
@minLength(3)
@maxLength(24)
param name string

@description('Region.')
param location string

@description('Tags of every resource of this installation.')
param tags object

@description('How many copies are kept, and where.')
@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_GZRS'])
param redundancy string

@description('Days in which a deleted blob can be brought back.')
param deletedBlobDays int

var packageContainer = 'app-package'
var configContainer = 'config'

resource account 'Microsoft.Storage/storageAccounts@2026-04-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: redundancy }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    // Neither a key nor a signature made with one is accepted: who has no role gets nothing.
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    isLocalUserEnabled: false
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    // Reachable from the internet, because an app without a virtual network has no address of its own to let in. Roles decide.
    publicNetworkAccess: 'Enabled'
    networkAcls: { defaultAction: 'Allow', bypass: 'AzureServices' }
  }

  resource blobs 'blobServices' = {
    name: 'default'
    properties: {
      // No versioning: reports name people and must be gone after HISTORY_DAYS (plus these days).
      deleteRetentionPolicy: { enabled: true, days: deletedBlobDays }
      containerDeleteRetentionPolicy: { enabled: true, days: deletedBlobDays }
    }

    resource package 'containers' = {
      name: packageContainer
      properties: { publicAccess: 'None' }
    }

    resource config 'containers' = {
      name: configContainer
      properties: { publicAccess: 'None' }
    }
  }
}

@description('Resource id of the account.')
output id string = account.id

@description('Name of the account.')
output name string = account.name

@description('Name of the container with the team and space files.')
output configContainerName string = configContainer

@description('URL of the container with the team and space files: CONFIG_DIR.')
output configContainerUrl string = '${account.properties.primaryEndpoints.blob}${configContainer}'

@description('URL of the container from which the app runs its package.')
output packageContainerUrl string = '${account.properties.primaryEndpoints.blob}${packageContainer}'
