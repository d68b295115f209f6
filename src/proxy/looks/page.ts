import type { Random } from "../../values/random.ts";
import { between, letters, pick } from "./pick.ts";
import { capital, words } from "./words.ts";
import { errorText, type PageStyle, pageStyle, styledPage } from "./page-style.ts";

/** What a lane answers HTTP with. */
export interface Page {
  /** The first that fits a request is its answer. None fits: 503, and HAProxy's own text. */
  readonly answers: readonly PageAnswer[];
}

/** One answer. */
export interface PageAnswer {
  /** For which requests; absent: for all that are left. */
  readonly to?:
    { readonly paths: readonly string[] } | { readonly otherMethodsThan: readonly string[] };
  readonly status: number;
  /** Header fields in their order. A value may hold HAProxy's expressions. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** Undefined: no body. */
  readonly body?: { readonly type: string; readonly text: string };
}

/**
 * A small page of one of several makes, such as boxes on the internet have that are nobody's
 * business. Titles, texts, markup and header fields are drawn too, so that no text finds all.
 */
export function page(random: Random): Page {
  const style = pageStyle(random);
  const draw: Draw = { random, style };
  const refusals = random() < 0.4 ? [otherMethods(draw)] : [];
  return { answers: [...refusals, ...pick(random, makes)(draw)] };
}

interface Draw {
  readonly random: Random;
  readonly style: PageStyle;
}

type Answer = Omit<PageAnswer, "fields"> & { readonly extra?: PageAnswer["fields"] };

/** An answer with the fields that all of a lane's have. */
function answer({ style }: Draw, { extra = [], ...given }: Answer): PageAnswer {
  return { ...given, fields: style.order([...style.fields, ...extra]) };
}

/** A page of HTML. */
function text(draw: Draw, title: string, content: string): NonNullable<PageAnswer["body"]> {
  return { type: draw.style.htmlType, text: styledPage(draw.style, title, content) };
}

function failure(draw: Draw, status: number, given: Partial<Answer> = {}): PageAnswer {
  const said = errorText(draw.style, status);
  const body =
    draw.style.errors === "json"
      ? { type: "application/json", text: said.json }
      : text(draw, said.title, said.html);
  return answer(draw, { status, ...(draw.style.errors === "none" ? {} : { body }), ...given });
}

function otherMethods(draw: Draw): PageAnswer {
  const known = pick(draw.random, [
    ["GET", "HEAD"],
    ["GET", "HEAD", "POST"],
    ["GET", "HEAD", "OPTIONS", "POST"],
  ]);
  const status = pick(draw.random, [405, 405, 501]);
  const extra = status === 405 ? [["allow", known.join(", ")] as const] : [];
  return failure(draw, status, { to: { otherMethodsThan: known }, extra });
}

const root = { paths: ["/"] };
const siteName = (random: Random): string =>
  [pick(random, words), pick(random, words)]
    .slice(0, between(random, 1, 2))
    .map(capital)
    .join(" ");

const makes: readonly [Make, ...Make[]] = [
  login,
  login,
  password,
  placeholder,
  placeholder,
  (draw) => [failure(draw, 403, { to: root }), failure(draw, 404)],
  (draw) => [failure(draw, 404)],
  (draw) => [failure(draw, 403)],
  service,
  (draw) => [failure(draw, 503)],
  () => [],
];

type Make = (draw: Draw) => readonly PageAnswer[];

/** A box that wants to know who is there, on a page of its own. */
function login(draw: Draw): readonly PageAnswer[] {
  const { random } = draw;
  const path = pick(random, [
    "/login",
    "/login",
    "/signin",
    "/auth/login",
    "/ui/login",
    "/users/sign_in",
    "/index.html",
    "/web/login",
  ]);
  const [name, secret] = pick(random, [
    ["username", "password"],
    ["user", "pass"],
    ["login", "passwd"],
    ["email", "password"],
  ]);
  const title = pick(random, [
    "Log in",
    "Sign in",
    "Login",
    "Please sign in",
    `${siteName(random)} - Login`,
    siteName(random),
  ]);
  const label = (field: string) =>
    pick(random, [`<label>${capital(field)}</label>`, `${capital(field)}: `, ""]);
  const form = `<h${draw.style.level}>${title}</h${draw.style.level}>\n<form method="post" action="${path}">\n<p>${label(name)}<input name="${name}"></p>\n<p>${label(secret)}<input type="password" name="${secret}"></p>\n<p><button>${pick(random, ["Log in", "Sign in", "OK", "Enter"])}</button></p>\n</form>`;
  const cookie = `${pick(random, ["session", "sid", "SESSIONID", "auth", "token", "csrf", "_s"])}=%[uuid()]; Path=/; HttpOnly`;
  const extra = random() < 0.7 ? [["set-cookie", cookie] as const] : [];
  const away = answer(draw, {
    to: root,
    status: pick(random, [302, 302, 301, 303]),
    extra: [["location", path]],
  });
  const shown = answer(draw, {
    to: { paths: [path] },
    status: 200,
    extra,
    body: text(draw, title, form),
  });
  return [away, shown, failure(draw, 404)];
}

/** A box that wants to know who is there, in the browser's own words. */
function password(draw: Draw): readonly PageAnswer[] {
  const realm = pick(draw.random, [
    "Restricted",
    "Login required",
    "Private",
    "Protected area",
    siteName(draw.random),
    pick(draw.random, words),
  ]);
  return [failure(draw, 401, { extra: [["www-authenticate", `Basic realm="${realm}"`]] })];
}

/** A site of which nothing is there yet. */
function placeholder(draw: Draw): readonly PageAnswer[] {
  const { random } = draw;
  const name = siteName(random);
  const said = pick(random, [
    "Coming soon",
    "Coming soon...",
    "Under construction",
    "Under maintenance",
    "Welcome",
    "Welcome!",
    "It works",
    "Hello",
    "Private",
    "",
  ]);
  const body = text(
    draw,
    name,
    `<h${draw.style.level}>${name}</h${draw.style.level}>\n<p>${said}</p>`,
  );
  const stamp = [
    ["etag", `"${letters(random, "0123456789abcdef", between(random, 8, 16))}"`],
  ] as const;
  const extra = random() < 0.6 ? stamp : [];
  return [
    answer(draw, { to: { paths: ["/", "/index.html"] }, status: 200, extra, body }),
    failure(draw, 404),
  ];
}

/** A program that other programs talk to. */
function service(draw: Draw): readonly PageAnswer[] {
  const { random } = draw;
  const own: Draw = { random, style: { ...draw.style, errors: "json" } };
  const said = pick(random, [
    `{"status":"ok"}`,
    `{"name":"${pick(random, words)}","version":"${between(random, 0, 4)}.${between(random, 0, 30)}.${between(random, 0, 9)}"}`,
    "OK",
    "{}",
  ]);
  const type = said === "OK" ? "text/plain" : "application/json";
  const first =
    random() < 0.6 ? [answer(own, { to: root, status: 200, body: { type, text: said } })] : [];
  return [...first, failure(own, pick(random, [404, 404, 401]))];
}
