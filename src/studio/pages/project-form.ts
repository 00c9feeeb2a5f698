import { html, type Content, type Markup } from '../../report/html/markup.js';
import { keyMeanings } from '../../project/key-meanings.js';
import type { FormField } from '../start/project-form.js';
import { capitalised } from './words.js';

/** In the order in which a person thinks of them; each a section that unfolds. */
const titles: Record<string, string> = {
  anchor: 'The first face',
  canonical: 'The bare-face portrait',
  views: 'The editor of the views',
  dataset: 'The training images',
  training: 'Training',
  sweep: 'Comparing checkpoints',
  editorial: 'Editorial images',
  budget: 'Budget',
};

/** The project file as a form: what it asks comes from the file's own schema. */
export function projectForm(fields: readonly FormField[]): Markup {
  const top = fields.filter(({ key }) => !key.includes('.'));
  const sections = [...new Set(fields.flatMap(({ key }) => (key.includes('.') ? [key.split('.')[0]] : [])))];
  return html`<form
    method="post"
    action="/start/form"
    data-ask
    class="project-form"
    aria-label="The project file as a form"
  >
    <div class="grid">${top.map(fieldOf)}</div>
    ${sections.map(
      (section) =>
        html`<details ${section === 'anchor' && html` open`}>
          <summary>${titles[section] ?? section}</summary>
          <div class="grid">${fields.filter(({ key }) => key.startsWith(`${section}.`)).map(fieldOf)}</div>
        </details>`,
    )}
    <p class="actions"><button class="plain">Write the project file</button></p>
  </form>`;
}

function fieldOf(field: FormField): Markup {
  const meaning = keyMeanings[field.key];
  return html`<label class="${field.kind === 'long' ? 'wide' : ''}"
    ><span><code>${field.key}</code>${field.isRequired && ' (required)'}</span>
    ${inputOf(field)}${meaning && html`<small>${capitalised(meaning)}</small>`}</label
  >`;
}

function inputOf({ key, kind, options, fallback, min, max, isRequired }: FormField): Content {
  const hint = fallback ? `default: ${fallback}` : '';
  if (kind === 'choice')
    return html`<select name="${key}">
      <option value="">${hint || 'not set'}</option>
      ${options.map((option) => html`<option>${option}</option>`)}
    </select>`;
  if (kind === 'yes')
    return html`<select name="${key}">
      <option value="">${hint || 'not set'}</option>
      <option>yes</option>
      <option>no</option>
    </select>`;
  if (kind === 'long') return html`<textarea name="${key}" rows="2" placeholder="${hint}"></textarea>`;
  if (kind === 'whole' || kind === 'number')
    return html`<input
      type="number"
      name="${key}"
      placeholder="${hint}"
      ${min !== null && html` min="${min}"`}${max !== null && max < 1e9 && html` max="${max}"`}
      step="${kind === 'whole' ? '1' : 'any'}"
    />`;
  const list = options.length > 0 ? `${options.join(', ')}` : 'separated by commas';
  const words = kind === 'list' ? `${hint || list}` : hint;
  return html`<input name="${key}" placeholder="${words}" autocomplete="off" ${isRequired && html` required`} />`;
}
