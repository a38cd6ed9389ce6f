import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'mocha';
import * as v from 'valibot';
import {
  Commands,
  ContextKeys,
  SettingIds,
  settingDefaults,
  PANEL_VIEW_TYPE,
} from '../../../src/extension/ids.ts';

const root = new URL('../../../', import.meta.url);
const read = (file: string): string => readFileSync(new URL(file, root), 'utf8');
const menuItem = v.object({ command: v.string(), when: v.optional(v.string()) });
const manifest = v.parse(
  v.object({
    icon: v.string(),
    activationEvents: v.array(v.string()),
    contributes: v.object({
      commands: v.array(
        v.object({
          command: v.string(),
          title: v.string(),
          category: v.string(),
          enablement: v.optional(v.string()),
        }),
      ),
      walkthroughs: v.array(
        v.object({
          id: v.string(),
          steps: v.array(
            v.object({
              description: v.string(),
              media: v.object({ markdown: v.string() }),
              completionEvents: v.array(v.string()),
            }),
          ),
        }),
      ),
      menus: v.record(v.string(), v.array(menuItem)),
      configuration: v.object({ properties: v.record(v.string(), v.object({ default: v.unknown() })) }),
    }),
  }),
  JSON.parse(read('package.json')),
);
const strings = v.parse(v.record(v.string(), v.string()), JSON.parse(read('package.nls.json')));

describe('names shared by package.json and the code', () => {
  it('are the same commands', () => {
    const contributed = manifest.contributes.commands.map(({ command }) => command);
    assert.deepEqual(contributed.toSorted(), Object.values(Commands).toSorted());
  });

  it('are the same settings with the same defaults', () => {
    const contributed = Object.entries(manifest.contributes.configuration.properties).map(
      ([id, setting]) => [id, setting.default] as const,
    );
    assert.deepEqual(Object.fromEntries(contributed), settingDefaults);
    assert.deepEqual(contributed.map(([id]) => id).toSorted(), Object.values(SettingIds).toSorted());
  });

  it('are the only context keys that clauses ask for', () => {
    const clauses = [
      ...manifest.contributes.commands.map(({ enablement }) => enablement ?? ''),
      ...Object.values(manifest.contributes.menus).flatMap((items) => items.map(({ when }) => when ?? '')),
    ];
    for (const { completionEvents } of manifest.contributes.walkthroughs.flatMap(({ steps }) => steps))
      clauses.push(...completionEvents.filter((event) => event.startsWith('onContext:')));
    const asked = clauses.flatMap((clause) => clause.match(/parley\.\w+/g) ?? []);
    const known: readonly string[] = Object.values(ContextKeys);
    assert.deepEqual(
      asked.filter((key) => !known.includes(key)),
      [],
    );
    assert.ok(asked.includes(ContextKeys.inMeeting));
  });

  it('appear in menus only as commands that exist', () => {
    const known: readonly string[] = Object.values(Commands);
    for (const [menu, items] of Object.entries(manifest.contributes.menus)) {
      for (const { command } of items) assert.ok(known.includes(command), `${menu}: ${command}`);
    }
  });

  it('lead from the walkthrough to commands and pages that exist', () => {
    const known: readonly string[] = Object.values(Commands);
    const [welcome] = manifest.contributes.walkthroughs;
    assert.equal(welcome?.id, 'parley.welcome');
    assert.equal(welcome.steps.length, 4);
    for (const { description, media, completionEvents } of welcome.steps) {
      assert.ok(existsSync(new URL(media.markdown, root)), media.markdown);
      const text = strings[description.replaceAll('%', '')] ?? '';
      const links = [...text.matchAll(/\(command:([\w.]+)\)/g)].map((match) => match[1] ?? '');
      const events = completionEvents.flatMap((event) => /^onCommand:(.*)$/.exec(event)?.[1] ?? []);
      assert.ok(links.length > 0, description);
      // A command that says "You are not in a meeting" has done nothing of the step.
      assert.deepEqual(events, [], 'a step is done when something came of it');
      for (const command of [...links, ...events]) assert.ok(known.includes(command), command);
    }
  });

  it('have every string in package.nls.json, and no other', () => {
    const used = [...read('package.json').matchAll(/"%([\w.]+)%"/g)].map((match) => match[1] ?? '');
    assert.deepEqual([...new Set(used)].toSorted(), Object.keys(strings).toSorted());
  });

  it('name commands as the palette shows them', () => {
    const titles = manifest.contributes.commands.map(({ command, title }) => [
      command,
      strings[title.replaceAll('%', '')],
    ]);
    assert.deepEqual(Object.fromEntries(titles), {
      [Commands.startMeeting]: 'Start Meeting',
      [Commands.joinMeeting]: 'Join Meeting',
      [Commands.leaveMeeting]: 'Leave Meeting',
      [Commands.copyInvite]: 'Copy Invite',
      [Commands.shareFile]: 'Share File in Meeting',
      [Commands.shareFileWith]: 'Share File With…',
      [Commands.openPanel]: 'Show Meeting',
      [Commands.toggleMicrophone]: 'Mute or Unmute Microphone',
      [Commands.toggleCamera]: 'Turn Camera On or Off',
      [Commands.toggleHand]: 'Raise or Lower Hand',
      [Commands.setTurnPassword]: 'Set TURN Password…',
      [Commands.testSetup]: 'Test My Setup',
    });
  });

  it('wake the extension only for its links and commands, and for a meeting from before a reload', () => {
    assert.deepEqual(manifest.activationEvents, [
      'onUri',
      'onStartupFinished',
      `onWebviewPanel:${PANEL_VIEW_TYPE}`,
    ]);
  });

  it('point to an icon that is there', () => {
    assert.ok(existsSync(new URL(manifest.icon, root)));
  });
});
