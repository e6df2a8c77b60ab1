// graphql-ws, Apollo Client and urql follow a program and an intent: one JSON line for whatever each is told.
// node clients.js ADDRESS KEY PROGRAM AFTER INTENT
import { ApolloClient, ApolloLink, gql, InMemoryCache } from "@apollo/client";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { Client as UrqlClient, subscriptionExchange } from "@urql/core";
import { createClient } from "graphql-ws";
import WebSocket from "ws";
import { resuming } from "../../docs/examples/resuming.mjs";

const [url, key, program, after, intent] = process.argv.slice(2);
const EVENTS = `subscription Events($program: ID!, $after: String) {
  programEvents(programId: $program, after: $after) { cursor type name entityId }
}`;
const STATUS = "subscription Status($intent: ID!) { intentStatus(id: $intent) { id status } }";
const SUBSCRIPTIONS = [
  [EVENTS, { program, after }],
  [STATUS, { intent }],
];

globalThis.WebSocket ??= WebSocket; // Apollo's link asks it for a constant; Node.js has one from 22 on

const tell = (client, told) => console.log(JSON.stringify({ client, ...told }));
const show = (client) => (result) => {
  const errors = result.errors ?? (result.error ? [String(result.error)] : undefined);
  if (errors) tell(client, { errors });
  else tell(client, { ...result.data.programEvents, ...result.data.intentStatus });
};
const fail = (client) => (error) => tell(client, { failed: String(error?.message ?? JSON.stringify(error)) });

function socketClient(name) {
  return resuming(
    createClient({
      url,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${key}` },
      retryAttempts: Infinity,
      shouldRetry: () => true, // else a refused connection, which is no CloseEvent, ends everything
      retryWait: () => new Promise((resolve) => setTimeout(resolve, 100 + 200 * Math.random())),
      on: { closed: (event) => tell(name, { closed: event.code, reason: event.reason }) },
    }),
  );
}

const plain = socketClient("graphql-ws");
for (const [query, variables] of SUBSCRIPTIONS) {
  plain.subscribe({ query, variables }, { next: show("graphql-ws"), error: fail("graphql-ws"), complete: () => {} });
}

const apollo = new ApolloClient({
  cache: new InMemoryCache(),
  link: ApolloLink.from([new GraphQLWsLink(socketClient("apollo"))]),
});
for (const [query, variables] of SUBSCRIPTIONS) {
  apollo.subscribe({ query: gql(query), variables, fetchPolicy: "no-cache" })
    .subscribe({ next: show("apollo"), error: fail("apollo") });
}

const urqlSocket = socketClient("urql");
const urql = new UrqlClient({
  url: url.replace(/^ws/, "http"),
  preferGetMethod: false,
  exchanges: [
    subscriptionExchange({
      forwardSubscription: ({ query, variables }) => ({
        subscribe: (sink) => ({ unsubscribe: urqlSocket.subscribe({ query, variables }, sink) }),
      }),
    }),
  ],
});
for (const [query, variables] of SUBSCRIPTIONS) urql.subscription(query, variables).subscribe(show("urql"));
