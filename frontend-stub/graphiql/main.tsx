import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { GraphiQL } from "graphiql";
import "graphiql/setup-workers/vite";
import "graphiql/style.css";
import { createRoot } from "react-dom/client";
import "./page.css";

// The page is served at the endpoint itself; what is typed under Headers goes to sockets as well.
const url = new URL("graphql", document.baseURI).href;
const fetcher = createGraphiQLFetcher({ url, subscriptionUrl: url.replace(/^http/, "ws") });

const welcome = `# Your credential goes under Headers, below, as
# { "authorization": "Bearer sge_..." }
{
  __typename
}
`;

const root = document.getElementById("graphiql");
if (!root) throw new Error("index.html has no #graphiql");
createRoot(root).render(<GraphiQL fetcher={fetcher} defaultQuery={welcome} />);
