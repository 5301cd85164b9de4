// A Vendure shop for one test: its database is in memory, its port is a free one of 127.0.0.1, told on standard output
// as JSON. It ends with its standard input, which the test holds open: however the test ends, nothing is left running.
"use strict";

const { bootstrap, dummyPaymentHandler } = require("@vendure/core");

process.stdin.resume();
process.stdin.on("close", () => process.exit(0));

function complain(message, context, trace) {
  process.stderr.write(`${context ?? "vendure"}: ${message}\n${trace ? `${trace}\n` : ""}`);
}

const silent = () => {};

const configuration = {
  apiOptions: { hostname: "127.0.0.1", port: 0, adminApiPath: "admin-api", shopApiPath: "shop-api" },
  authOptions: {
    tokenMethod: ["bearer", "api-key"],
    superadminCredentials: { identifier: "superadmin", password: process.env.VENDURE_PASSWORD },
    requireVerification: false,
  },
  dbConnectionOptions: { type: "sqljs", synchronize: true, logging: false },
  paymentOptions: { paymentMethodHandlers: [dummyPaymentHandler] },
  logger: {
    error: (message, context, trace) => complain(message, context, trace),
    warn: (message, context) => complain(message, context),
    info: silent,
    verbose: silent,
    debug: silent,
  },
};

bootstrap(configuration)
  .then((application) => {
    const { port } = application.getHttpServer().address();
    process.stdout.write(`${JSON.stringify({ port })}\n`);
  })
  .catch((error) => {
    complain(error.message, "start", error.stack);
    process.exit(1);
  });
