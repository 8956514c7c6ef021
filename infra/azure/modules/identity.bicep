/*
 * Who the app is when it speaks to Azure. A user-assigned identity, so that its roles are in place before the app first starts
 * and outlive the app when it is deployed anew.
 */

@description('Name of the identity.')
param name string

@description('Region.')
param location string

@description('Tags of every resource of this installation.')
param tags object

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: name
  location: location
  tags: tags
}

@description('Resource id, by which the app is given the identity.')
output id string = identity.id

@description('Client id, by which code chooses this identity.')
output clientId string = identity.properties.clientId

@description('Object id, to which roles are assigned.')
output principalId string = identity.properties.principalId
