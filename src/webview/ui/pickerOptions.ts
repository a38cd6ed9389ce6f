import type { ChosenDevices, DeviceChoice, DeviceKind } from '../../shared/stageRpc.ts';
import { strings } from './strings.ts';

/** A line of a device picker; the empty value stands for the system's default. */
export interface PickerOption {
  readonly value: string;
  readonly label: string;
}

/** Chromium lists the default a second time under these names. */
const ALIASES: ReadonlySet<string> = new Set(['default', 'communications']);

/** What can be picked of a kind, the system's default first; nothing when no such device is known. */
export function pickerOptions(
  kind: DeviceKind,
  choices: readonly DeviceChoice[],
  chosen: ChosenDevices,
): readonly PickerOption[] {
  const own = choices.filter((choice) => choice.kind === kind);
  if (own.length === 0) return [];
  // "Default - Built-in Audio", with the word in the language of the browser.
  const alias = own.find(({ id }) => id === 'default');
  const name = alias
    ? own.find(({ id, label }) => !ALIASES.has(id) && alias.label.endsWith(label))?.label
    : undefined;
  const options: PickerOption[] = [
    {
      value: '',
      label: name === undefined ? strings.devices.systemDefault : strings.devices.defaultNamed(name),
    },
  ];
  for (const { id, label } of own) if (!ALIASES.has(id)) options.push({ value: id, label });
  const current = chosen[kind];
  if (current !== null && !options.some(({ value }) => value === current))
    options.push({ value: current, label: strings.devices.gone });
  return options;
}
