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

  @description('Tenant for application permissions: absence, and tickets unless MAILBOX_CONNECTION names a connected account.')
  MICROSOFT_APP_TENANT: string?

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

  @description('When absences are looked at: NCRONTAB with six fields, UTC. Default 0 * * * * *.')
  ABSENCE_SCHEDULE: string?

  @description('When mail that no notification announced is looked for: NCRONTAB with six fields, UTC. Default 0 */15 * * * *.')
  MAIL_SWEEP_SCHEDULE: string?

  @description('When spaces are brought in line with the directory: NCRONTAB with six fields, UTC. Default 0 30 4 * * *.')
  MEMBERSHIP_SCHEDULE: string?

  @description('Minutes after a send in which "not in Sent Items" means nothing yet. Default 10.')
  SENT_ITEMS_DELAY_MINUTES: string?

  @description('Days after which runs, reports and rows of past events are deleted. Default 90.')
  HISTORY_DAYS: string?

  @description('Client id of the Webex integration. Without it no Webex account can be connected.')
  WEBEX_CLIENT_ID: string?

  @description('The Webex API. Default https://webexapis.com/v1.')
  WEBEX_URL: string?

  @description('The Webex site of meetings. Default: the site of the person.')
  WEBEX_SITE_URL: string?

  @description('A Webex connection with admin scopes, for hosting on behalf of others.')
  WEBEX_ADMIN_CONNECTION: string?

  @description('Microsoft tenants whose people may use the meeting pages, separated by commas.')
  MEETINGS_TENANTS: string?

  @description('Base URL of vmo-mediator, which is told of absences.')
  MEDIATOR_URL: string?

  @description('Further webhooks that are told of absences.')
  ABSENCE_WEBHOOKS: string?

  @description('The Jira site, like https://example.atlassian.net.')
  ATLASSIAN_URL: string?

  @description('The account in Jira that owns the API token.')
  ATLASSIAN_USER: string?

  @description('The mailbox whose mail becomes tickets.')
  MAILBOX: string?

  @description('The connected account that reads MAILBOX. Empty: application permissions in MICROSOFT_APP_TENANT.')
  MAILBOX_CONNECTION: string?

  @description('The client app named in tickets.')
  TICKET_CLIENT_APP: string?

  @description('Issue type of new tickets.')
  JIRA_TICKET_TYPE: string?

  @description('Labels of new tickets.')
  JIRA_TICKET_LABELS: string?

  @description('The categories of tickets, which are labels too.')
  JIRA_TICKET_LABEL_CATEGORIES: string?

  @description('The category of a ticket that names none.')
  JIRA_TICKET_LABEL_DEFAULT_CATEGORY: string?

  @description('The boards that tickets may go to. The board of each key is JIRA_<KEY>_BOARD, in moreSettings.')
  JIRA_BOARDS: string?

  @description('The board of a ticket that names none.')
  JIRA_DEFAULT_BOARD: string?

  @description('Domains whose mail may become a ticket.')
  EMAIL_WHITELISTED_DOMAINS: string?

  @description('Addresses whose mail never becomes a ticket.')
  EMAIL_BLACKLIST: string?
}
