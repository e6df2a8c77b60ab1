import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app";
import { parsePlace } from "./routing";
import { loadAhead } from "./shell/sections";
import "./styles/index.css";

loadAhead(parsePlace(window.location.hash));

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
