import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { type Language, languageOf } from "./language.ts";
import { type Times, timesIn } from "./times.ts";

/** What every part of the page needs: its words, and how times are written. */
export interface Speech {
  readonly language: Language;
  readonly times: Times;
}

/** The words of a language. */
export function speechOf(code: string): Speech {
  return { language: languageOf(code), times: timesIn(code) };
}

export const SpeechContext = createContext<Speech>(speechOf("en"));

export const useSpeech = (): Speech => useContext(SpeechContext);
export const useTexts = () => useSpeech().language.texts;
