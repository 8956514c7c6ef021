// The arrows of the house go one way: functions -> shared/<capability> -> shared/<client> -> shared/http, config, clock.
const CAPABILITIES = "registration|absence|tickets|meetings|membership|connections";

module.exports = {
  forbidden: [
    { name: "no-circles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "product-knows-no-scaffolding",
      comment: "Emulators, the local host and tests never leak into what is deployed.",
      severity: "error",
      from: { path: "^(functions|shared)/" },
      to: { path: "^(infra|test)/" },
    },
    {
      name: "shared-knows-no-triggers",
      severity: "error",
      from: { path: "^shared/" },
      to: { path: "^functions/|node_modules/@azure/functions/" },
    },
    {
      name: "capabilities-stand-apart",
      comment: "What two capabilities need becomes a client or a plain type.",
      severity: "error",
      from: { path: `^shared/(${CAPABILITIES})/` },
      to: { path: `^shared/(${CAPABILITIES})/`, pathNot: "^shared/$1/" },
    },
    {
      name: "clients-know-no-capability",
      severity: "error",
      from: { path: "^shared/", pathNot: `^shared/(${CAPABILITIES})/` },
      to: { path: `^shared/(${CAPABILITIES})/` },
    },
    {
      name: "the-ground-floor-stands-alone",
      comment: "shared/http, shared/config and the files beside them import no client.",
      severity: "error",
      from: { path: "^shared/(http/|config/|[^/]+[.]ts$)" },
      to: { path: "^shared/[^/]+/", pathNot: "^shared/(http|config)/" },
    },
    {
      name: "only-wire-names-concrete-clients",
      comment: "The pure rooms of a capability see clients as types only.",
      severity: "error",
      from: { path: `^shared/(${CAPABILITIES})/`, pathNot: "/wire[.]ts$" },
      to: { path: "node_modules/(@azure|@microsoft|nodemailer|imapflow)" },
    },
    {
      name: "emulators-know-no-product",
      comment: "An emulator that shared code with the product would agree with its mistakes.",
      severity: "error",
      from: { path: "^infra/local/emulators/" },
      to: { path: "^(functions|shared)/" },
    },
    {
      name: "no-test-dependency-in-product",
      severity: "error",
      from: { path: "^(functions|shared)/" },
      to: { dependencyTypes: ["npm-dev"] },
    },
  ],
  options: {
    parser: "swc",
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(dist|[.]local)/" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default"],
    },
  },
};
