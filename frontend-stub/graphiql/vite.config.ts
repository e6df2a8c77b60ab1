import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { compressed } from "../compressed";

// What people see who open /graphql in a browser. A folder of its own, so that a server that hides
// its schema serves none of it; addresses are relative to /graphql.
export default defineConfig({
  base: "./",
  plugins: [react(), compressed],
  build: {
    outDir: "../dist-graphiql",
    emptyOutDir: true,
    assetsDir: "graphiql",
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 3000,
    rolldownOptions: {
      onLog: (level, log, report) => {
        // "use no memo" is for React's compiler, which has run already.
        if (log.code !== "MODULE_LEVEL_DIRECTIVE") report(level, log);
      },
    },
  },
});
