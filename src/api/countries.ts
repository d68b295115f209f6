import type { z } from "zod";
import { country } from "./common.ts";
import { celText, withCel } from "./validation-rule.ts";

/**
 * All countries: ISO 3166-1 alpha-2 (as IANA's time zone database lists them, iso3166.tab), and
 * XK, which measurement services use for Kosovo.
 */
const codes: ReadonlySet<string> = new Set(
  `
  AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR
  BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ
  EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW
  GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY
  KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV
  MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY
  QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG
  TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA
  ZM ZW
`
    .trim()
    .split(/\s+/),
);

/** Whether a code is that of a country. */
export function isCountry(code: string): boolean {
  return codes.has(code);
}

/** The code that people mean who write another one, such as GB for UK, where that is known. */
export function countryMeant(code: string): string | undefined {
  if (!/^[A-Z]{2}$/.test(code)) return undefined;
  const { region } = new Intl.Locale(`und-${code}`);
  return region !== undefined && isCountry(region) ? region : undefined;
}

/** What to write in place of a code that no country has. */
export function countryRemedy(code: string): string {
  const meant = countryMeant(code);
  return meant === undefined ? "write two capital letters (ISO 3166-1)" : `write ${meant}`;
}

/**
 * A country that a person writes. Only the API server refuses codes that no country has: an object
 * that was stored before it did so is read all the same, and a condition says what is wrong.
 */
export function knownCountry(): z.ZodString {
  return withCel(country(), {
    rule: `!self.matches('^[A-Z]{2}$') || self.matches(${celText(pattern())})`,
    message:
      "is no country of ISO 3166-1: write for example GB for the United Kingdom, GR for Greece, XK for Kosovo",
  });
}

/** `^(A[DEF]|B[A])$`: as a list, all codes would take many times the room. */
function pattern(): string {
  const byFirst = Map.groupBy(codes, ([first = ""]) => first);
  const parts = [...byFirst].map(
    ([first, own]) => `${first}[${own.map(([, second = ""]) => second).join("")}]`,
  );
  return `^(${parts.join("|")})$`;
}
