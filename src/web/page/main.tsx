import { render } from "preact";
import { App } from "./app.tsx";
import { PageStore } from "./store.ts";

const root = document.getElementById("app");
if (root !== null) render(<App store={new PageStore()} />, root);
