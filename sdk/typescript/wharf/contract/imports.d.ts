// Made from `wit/` by a test of Wharf's; see `tests/e2e/tests/wharf/definitions`. Do not edit.

declare module "wharf:connector/forms@1.1.0" {
  const functions: import("./forms.js").Forms;
  export default functions;
}

declare module "wharf:connector/log@1.1.0" {
  const functions: import("./log.js").Log;
  export default functions;
}

declare module "wharf:connector/signing@1.1.0" {
  const functions: import("./signing.js").Signing;
  export default functions;
}
