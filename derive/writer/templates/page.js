for (const node of document.querySelectorAll('.m')) {
  const style = node.classList.contains('d') ? '\\displaystyle ' : '';
  katex.render(style + node.dataset.tex, node, {throwOnError: false, strict: false, trust: false, minRuleThickness: 0.05});
}
const contents = document.querySelector('.contents details');
if (contents && innerWidth < 1200) contents.open = false;
// a formula wider than its place is set smaller, down to 65 %; beyond that it scrolls
const places = document.querySelectorAll('.rhs, .lhs, .boxed, .definition');
const fit = () => {
  for (const place of places) {
    place.style.fontSize = '';
    const ratio = place.clientWidth / place.scrollWidth;
    if (ratio < 1 && place.clientWidth) place.style.fontSize = Math.max(0.65, 0.98 * ratio) + 'em';
  }
};
fit();
addEventListener('resize', fit);
document.fonts?.ready.then(fit);
const button = document.getElementById('recall');
button.addEventListener('click', () => {
  const on = document.body.classList.toggle('recall');
  button.setAttribute('aria-pressed', String(on));
  button.textContent = on ? button.dataset.show : button.dataset.hide;
  document.querySelectorAll('.step.shown').forEach(step => step.classList.remove('shown'));
});
document.addEventListener('click', event => {
  const step = event.target.closest('.recall .step');
  if (step) step.classList.add('shown');
});
