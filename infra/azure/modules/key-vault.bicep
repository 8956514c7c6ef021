/*
 * Where the secrets live: written by people in the portal, and by the app when a consent or a rotation brings a new token.
 * Only roles give access (roles.bicep): to see the names of the secrets, too.
 */

@description('Name of the vault: 3 to 24 letters and digits, unique in all of Azure, also among deleted vaults.')
@minLength(3)
@maxLength(24)
param name string

@description('Region.')
param location string

@description('Tags of every resource of this installation.')
param tags object

@description('Days in which a deleted vault or secret can be brought back.')
param retentionDays int

@description('True to bring back a deleted vault of this name.')
param recover bool

resource vault 'Microsoft.KeyVault/vaults@2026-02-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    createMode: recover ? 'recover' : 'default'
    tenantId: tenant().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enableSoftDelete: true
    // Refresh tokens cannot be made again without asking every coach: nobody can destroy them, neither by mistake nor in anger.
    enablePurgeProtection: true
    softDeleteRetentionInDays: retentionDays
    // Nothing but the app and people read it: no virtual machine, no disk encryption, no template.
    enabledForDeployment: false
    enabledForDiskEncryption: false
    enabledForTemplateDeployment: false
    // Reachable from the internet, so that an operator can rotate a secret from anywhere. Roles decide.
    publicNetworkAccess: 'Enabled'
    networkAcls: { defaultAction: 'Allow', bypass: 'AzureServices' }
  }
}

@description('Resource id of the vault.')
output id string = vault.id

@description('Name of the vault.')
output name string = vault.name

@description('URL of the vault: KEY_VAULT_URL.')
output url string = vault.properties.vaultUri
