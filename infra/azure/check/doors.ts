import { resourcesOf } from "./bicep-file.ts";
import type { Deployment } from "./deployment.ts";
import { type Finding, inFile, type Rule } from "./finding.ts";

interface Door {
  readonly type: string;
  readonly property: string;
  readonly must: string;
  /** How many resources of the type there are at least; one unless given. */
  readonly count?: number;
}

const DOORS: readonly Door[] = [
  { type: "Microsoft.Storage/storageAccounts", property: "allowSharedKeyAccess", must: "false" },
  { type: "Microsoft.Storage/storageAccounts", property: "allowBlobPublicAccess", must: "false" },
  { type: "Microsoft.Storage/storageAccounts", property: "supportsHttpsTrafficOnly", must: "true" },
  { type: "Microsoft.Storage/storageAccounts", property: "minimumTlsVersion", must: "TLS1_2" },
  {
    type: "Microsoft.Storage/storageAccounts/blobServices/containers",
    property: "publicAccess",
    must: "None",
  },
  { type: "Microsoft.KeyVault/vaults", property: "enableRbacAuthorization", must: "true" },
  { type: "Microsoft.KeyVault/vaults", property: "enablePurgeProtection", must: "true" },
  { type: "Microsoft.KeyVault/vaults", property: "enableSoftDelete", must: "true" },
  { type: "Microsoft.Insights/components", property: "DisableLocalAuth", must: "true" },
  { type: "Microsoft.Web/sites", property: "httpsOnly", must: "true" },
  { type: "Microsoft.Web/sites", property: "siteConfig.minTlsVersion", must: "1.2" },
  { type: "Microsoft.Web/sites", property: "siteConfig.scmMinTlsVersion", must: "1.2" },
  // One for FTP, one for the deployment site.
  {
    type: "Microsoft.Web/sites/basicPublishingCredentialsPolicies",
    property: "allow",
    must: "false",
    count: 2,
  },
];

export const doorsAreShut: Rule = {
  says: "the doors that must be shut are shut",
  *check({ bicep, settings }: Deployment): Generator<Finding> {
    const seen: string[] = [];
    for (const file of bicep.values()) {
      for (const { type, line, existing, values } of resourcesOf(file)) {
        if (existing) continue;
        seen.push(type);
        for (const { property, must } of DOORS.filter((door) => door.type === type)) {
          if (values.get(`properties.${property}`) === must) continue;
          yield inFile(file, line, `properties.${property} must be ${must}.`);
        }
        for (const name of type === "Microsoft.Web/sites" ? settings.refusedSiteProperties : []) {
          if (!values.has(`properties.siteConfig.${name}`)) continue;
          yield inFile(file, line, `The Flex Consumption plan refuses siteConfig.${name}.`);
        }
      }
    }
    for (const { type, count = 1 } of DOORS) {
      if (seen.filter((one) => one === type).length >= count) continue;
      yield { place: "infra/azure", problem: `${type} must be declared at least ${count} times.` };
    }
  },
};
