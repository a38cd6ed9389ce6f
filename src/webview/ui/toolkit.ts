import {
  provideVSCodeDesignSystem,
  vsCodeButton,
  vsCodeProgressRing,
  vsCodeTextArea,
  vsCodeTextField,
} from '@vscode/webview-ui-toolkit';
import type { Button, TextArea, TextField } from '@vscode/webview-ui-toolkit';
import { icon } from './icons.ts';

// The one file that knows the toolkit. The others ask here for a control and treat it as the type named below.

/** A push button of VS Code. */
export type ButtonElement = Button;
/** A one-line input of VS Code; `value` is live. */
export type TextFieldElement = TextField;
/** A many-line input of VS Code; `value` is live, `control` is the textarea in its shadow. */
export type TextAreaElement = TextArea;

/** Defines the custom elements; to be called once, before the first of them is made. */
export function registerToolkit(): void {
  provideVSCodeDesignSystem().register(
    vsCodeButton(),
    vsCodeProgressRing(),
    vsCodeTextArea(),
    vsCodeTextField(),
  );
}

/** A button with a text, and an icon before it when asked for. */
export function textButton(
  label: string,
  appearance: 'primary' | 'secondary',
  onClick: () => void,
  iconName?: string,
): ButtonElement {
  const button = document.createElement('vscode-button') as Button;
  button.setAttribute('appearance', appearance);
  button.textContent = label;
  if (iconName !== undefined) {
    const start = icon(iconName);
    start.slot = 'start';
    button.append(start);
  }
  button.addEventListener('click', onClick);
  return button;
}

/** Makes a button stand out, or not. By property: once connected, the toolkit does not look at the attribute again. */
export function setProminent(button: ButtonElement, prominent: boolean): void {
  const appearance = prominent ? 'primary' : 'secondary';
  if (button.appearance !== appearance) button.appearance = appearance;
}

/** A button that is an icon alone; its name is spoken and shown as tooltip. */
export function iconButton(iconName: string, label: string, onClick: () => void): ButtonElement {
  const button = document.createElement('vscode-button') as Button;
  button.setAttribute('aria-label', label);
  button.setAttribute('appearance', 'icon');
  button.title = label;
  button.append(icon(iconName));
  button.addEventListener('click', onClick);
  return button;
}

/** A labelled text field; the label is what it is called. */
export function textField(label: string, maxLength: number): TextFieldElement {
  const field = document.createElement('vscode-text-field') as TextField;
  field.textContent = label;
  field.setAttribute('maxlength', String(maxLength));
  return field;
}

/** A text area without a visible label. The toolkit names it by its text when it is connected, so the name is set after. */
export function textArea(label: string, placeholder: string): TextAreaElement {
  const area = document.createElement('vscode-text-area') as TextArea;
  area.setAttribute('placeholder', placeholder);
  area.setAttribute('rows', '1');
  queueMicrotask(() => area.setAttribute('aria-label', label));
  return area;
}

/** Tells screen readers whether what stands in a field can be used; the toolkit does not hand this on to its input. */
export function markInvalid(field: TextFieldElement | TextAreaElement, invalid: boolean): void {
  field.shadowRoot?.getElementById('control')?.setAttribute('aria-invalid', String(invalid));
}

/** A ring that turns; what it stands for is said beside it. */
export function progressRing(): HTMLElement {
  const ring = document.createElement('vscode-progress-ring');
  ring.setAttribute('aria-hidden', 'true');
  return ring;
}
