import { readFile } from "node:fs/promises";
import { load, loadAll } from "js-yaml";
import { builtInProfile, profileOf } from "../../simulator/profiles/built-in.ts";
import { type Profile, ProfileError } from "../../simulator/profiles/profile.ts";
import { CallError } from "../call/call-error.ts";

/** A profile by its name, or from a file of YAML or JSON. @throws ProfileError, CallError */
export async function readProfile(text: string): Promise<Profile> {
  if (!/[./]/.test(text)) return builtInProfile(text);
  return profileOf(parsed(text, await textOf(text)));
}

/** The objects in files of YAML. @throws CallError where one can't be read */
export async function readObjects(paths: readonly string[]): Promise<readonly unknown[]> {
  const texts = await Promise.all(paths.map(async (path) => ({ path, text: await textOf(path) })));
  return texts.flatMap(({ path, text }) => {
    try {
      return loadAll(text);
    } catch (cause) {
      throw new CallError(`${path} is no YAML`, { cause });
    }
  });
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new CallError(`${path} can't be read`, { cause });
  }
}

function parsed(path: string, text: string): unknown {
  try {
    return load(text);
  } catch (cause) {
    throw new ProfileError(`${path} is neither YAML nor JSON`, { cause });
  }
}
