/**
 * All that a share page says, in one language. Plain texts without markup. They name no product but
 * the app that people type into: a page that is seen by the wrong eyes should say little.
 */
export interface PageTexts {
  /** The language's name for itself. */
  readonly name: string;
  readonly direction: "ltr" | "rtl";
  readonly title: string;
  readonly otherLanguages: string;
  readonly typeHeading: string;
  /** Stands before the menu. */
  readonly typeIntro: string;
  /** The app's menu, as it is called in this language. */
  readonly menu: readonly [settings: string, storageAndData: string, proxy: string];
  readonly host: string;
  readonly chatPort: string;
  readonly mediaPort: string;
  /** Of TLS. */
  readonly on: string;
  readonly off: string;
  readonly buttonHeading: string;
  readonly button: string;
  /** Browsers inside other apps open a website and not the app. */
  readonly buttonNote: string;
  readonly codeHeading: string;
  /** The same on paper, where nothing can be pressed. */
  readonly scanHeading: string;
  readonly codeNote: string;
  /** Read out in place of the code. */
  readonly codeLabel: string;
  readonly keepHeading: string;
  /** `{time}` stands for when. */
  readonly changed: string;
  readonly keep: string;
  readonly reportHeading: string;
  readonly reportNote: string;
  readonly report: string;
  /** After the report. */
  readonly received: string;
  readonly print: string;
  /** On paper, which does not change. */
  readonly printNote: string;
  /** While the slot has no published address. */
  readonly absentHeading: string;
  readonly absentNote: string;
}
