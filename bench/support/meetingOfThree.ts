import { join } from 'node:path';
import { extensionHosts, type Host, startHost } from '../../test/support/host.ts';
import { joinMeeting, startMeeting } from '../../test/support/meeting.ts';
import { type LocalNetwork, type Machine, makeNetwork } from '../../test/support/namespaces.ts';
import { descendants } from '../../test/support/processes.ts';
import { SystemBrowser } from '../../test/support/stage.ts';
import { makeTempFolder, type TempFolder } from '../../test/support/temp.ts';
import { openWindow, type VsCodeWindow } from '../../test/support/window.ts';
import { slowDisk } from './slowDisk.ts';
import { smallCamera } from './smallCamera.ts';
import { keepNotes, picturesBack } from './watchMeeting.ts';

/** Alice is the host and runs the server. Bob's panel may not capture, so that a stage does it for him. */
export const NAMES = ['Alice', 'Bob', 'Carol'] as const;
export type Name = (typeof NAMES)[number];

/** Bytes a second of a file that is on its way during a fault. */
const FILE_RATE = 1_500_000;

/** VS Code looks for news of its own extensions on the internet; here it does so on a port where nobody is. */
const NOWHERE = 'http://127.0.0.1:9/';
const QUIET_HOST = {
  EXTENSIONS_GALLERY: JSON.stringify({ serviceUrl: NOWHERE, itemUrl: NOWHERE, resourceUrlTemplate: NOWHERE }),
};

/** Nothing moves by itself in a window that nobody works in. */
const STILL = {
  'workbench.reduceMotion': 'on',
  'editor.cursorBlinking': 'solid',
};

/** One person with a machine of their own. */
export interface Person {
  readonly name: Name;
  readonly machine: Machine;
  readonly host: Host;
  readonly folder: TempFolder;
  /** Of the browser with their window: VS Code for the browser keeps the state of extensions there. */
  readonly profile: TempFolder;
  window: VsCodeWindow;
  /** The browser that holds the stage, where there is one. */
  stage: SystemBrowser | null;
}

/** A running meeting of three people on three machines. */
export class MeetingOfThree {
  readonly people: readonly Person[];
  readonly #network: LocalNetwork;

  private constructor(network: LocalNetwork, people: readonly Person[]) {
    this.#network = network;
    this.people = people;
  }

  /** Makes the machines, opens a window on each, and has everybody see everybody. */
  static async open(): Promise<MeetingOfThree> {
    const network = await makeNetwork(NAMES.length);
    const people = await Promise.all(
      NAMES.map(async (name, index): Promise<Person> => {
        const machine = network.machines[index];
        if (!machine) throw new Error('a machine is missing');
        const host = await startHost({ machine, env: QUIET_HOST, settings: STILL });
        const folder = await makeTempFolder(name);
        const profile = await makeTempFolder('profile');
        const window = await openPersonsWindow({ name, host, folder, profile });
        return { name, machine, host, folder, profile, window, stage: null };
      }),
    );
    const meeting = new MeetingOfThree(network, people);
    const [alice, bob, carol] = [meeting.person('Alice'), meeting.person('Bob'), meeting.person('Carol')];
    const invite = await startMeeting(alice.window);
    bob.stage = await SystemBrowser.launch(bob.window, await smallCamera(bob.host.data));
    await joinMeeting(bob.window, invite);
    await bob.stage.startDevices(bob.window);
    await joinMeeting(carol.window, invite);
    await meeting.seeEachOther();
    return meeting;
  }

  person(name: Name): Person {
    const person = this.people.find((each) => each.name === name);
    if (!person) throw new Error(`there is no ${name}`);
    return person;
  }

  others(name: Name): Person[] {
    return this.people.filter((person) => person.name !== name);
  }

  /** Waits until everybody is shown fresh pictures of everybody else. */
  async seeEachOther(): Promise<void> {
    const since = Date.now();
    await Promise.all(
      this.people.map(({ name, window }) => {
        const names = this.others(name).map((other) => other.name);
        return picturesBack(window, { names, since, notOf: {} }, 60_000);
      }),
    );
  }

  async dispose(): Promise<void> {
    for (const { window, stage, host, folder, profile } of this.people) {
      await stage?.dispose();
      await window.dispose();
      await host.dispose();
      await folder.dispose();
      await profile.dispose();
    }
    await this.#network.dispose();
  }
}

/** A browser on a person's machine, with their window in it. */
export async function openPersonsWindow({
  name,
  host,
  folder,
  profile,
}: Pick<Person, 'name' | 'host' | 'folder' | 'profile'>): Promise<VsCodeWindow> {
  const window = await openWindow({
    host,
    folder: folder.path,
    name,
    capture: name === 'Bob' ? 'refused' : 'allowed',
    browserArgs: await smallCamera(host.data),
    profile,
  });
  // A page that asks whether it may go is answered by the person who reloads it.
  window.page.on('dialog', (dialog) => void dialog.accept());
  const context = window.page.context();
  await context.addInitScript(keepNotes);
  await context.addInitScript(slowDisk, FILE_RATE);
  // The workbench is there already and notes clicks from now on.
  await window.page.evaluate(keepNotes);
  return window;
}

/** The process that runs a person's extensions now. */
export async function extensionHostOf({ host, name }: Person): Promise<number> {
  const pid = (await extensionHosts(host.pid)).at(-1);
  if (pid === undefined) throw new Error(`${name} has no extension host`);
  return pid;
}

/** The process of the meeting's server, which runs on a person's machine; undefined while there is none. */
export async function serverOf({ host }: Person): Promise<number | undefined> {
  return (await descendants(host.pid)).find(({ command }) => command.includes('peer-server.js'))?.pid;
}

/** A path in a person's folder. */
export function pathOf({ folder }: Person, name: string): string {
  return join(folder.path, name);
}
