import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";
import { compressed } from "./compressed";
import { trustedDocuments } from "./trusted-documents";

// `npm run dev` beside a running API or demo: the page reloads itself, what it asks goes to the API, as from its own origin.
const api = "http://127.0.0.1:8000";
const asked = { target: api, ws: true, changeOrigin: true, headers: { origin: api } };

/** The page holds a credential, so the built one runs and reaches nothing but its own origin. */
const contentPolicy: Plugin = {
  name: "content-policy",
  apply: "build",
  transformIndexHtml: () => [
    {
      tag: "meta",
      attrs: {
        "http-equiv": "Content-Security-Policy",
        content:
          "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; " +
          "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'",
      },
      injectTo: "head-prepend",
    },
  ],
};

export default defineConfig({
  base: "./",
  define: { "import.meta.env.VITE_SITE": JSON.stringify(api) },
  plugins: [react(), contentPolicy, trustedDocuments, compressed],
  build: { assetsInlineLimit: 0, chunkSizeWarningLimit: 600 },
  optimizeDeps: { entries: ["index.html"] },
  server: { proxy: { "/graphql": asked, "/demo": asked } },
});
