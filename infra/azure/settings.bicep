/*
 * What an operator can set, by the names in the table of settings in README.md. No secret is among them: those live in the vault.
 * A name that is not in here is refused at deployment. `npm run infra:check` compares both lists.
 */

@export()
@sealed()
@description('The settings of Rollcall. An empty one is not set, so that the default in the code holds.')
type Settings = {
  @description('Application (client) id of the app registration in Microsoft Entra ID. Without it no Microsoft account can be connected.')
  MICROSOFT_CLIENT_ID: string?

  @description('Who may sign in to the registration: common (personal and work accounts), organizations, consumers, or the id of one tenant.')
  MICROSOFT_TENANT: string?

  @description('Sign-in service, for national clouds.')
  MICROSOFT_LOGIN_URL: string?

  @description('Microsoft Graph, for national clouds.')
  GRAPH_URL: string?

  @description('Base of redirect URIs and links, when the app is reached under a name of your own. Else the name that Azure gives it.')
  PUBLIC_URL: string?

  @description('Seconds for which a secret read from the vault may be reused. A rotation is seen within this time.')
  SECRET_CACHE_SECONDS: string?

  @description('The connection through which OPERATOR_ADDRESS is warned. Never used for a warning about itself.')
  OPERATOR_MAIL_CONNECTION: string?

  @description('When the registration passes start: NCRONTAB with six fields, UTC. Default 0 0 4 * * *.')
  REGISTRATION_SCHEDULE: string?

  @description('When the members of the Webex spaces are brought into line with the directory: NCRONTAB with six fields, UTC. Default 0 30 4 * * *.')
  MEMBERSHIP_SCHEDULE: string?

  @description('Tenant in which the app has permissions of its own (client credentials): its id or domain. The out-of-office monitor needs it.')
  MICROSOFT_APP_TENANT: string?

  @description('Base URL of vmo-mediator, which is told who is away. Without it the out-of-office monitor is off.')
  MEDIATOR_URL: string?

  @description('Further receivers of who is away: https URLs, separated by commas. What they get is signed with the secret absence-webhook-secret.')
  ABSENCE_WEBHOOKS: string?

  @description('Which automatic reply callers hear: audience (the external one, or the internal one when nobody outside is answered), external, internal. Default audience.')
  ABSENCE_MESSAGE: string?

  @description('When mailboxes are looked at for automatic replies: NCRONTAB with six fields, UTC. Default 0 * * * * *.')
  ABSENCE_SCHEDULE: string?

  @description('Days after which runs and their reports are deleted. Default 90.')
  HISTORY_DAYS: string?

  @description('Minutes after a notice was begun in which not finding it among the sent mails means nothing. Default 10.')
  SENT_ITEMS_DELAY_MINUTES: string?

  @description('Client id of the Webex integration. Without it no Webex account can be connected.')
  WEBEX_CLIENT_ID: string?

  @description('The Webex API. Default https://webexapis.com/v1.')
  WEBEX_URL: string?

  @description('A Webex connection with admin scopes, for hosting on behalf of others.')
  WEBEX_ADMIN_CONNECTION: string?
}
