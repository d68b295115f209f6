import type { PageTexts } from "../page-texts.ts";

export const fr: PageTexts = {
  name: "Français",
  direction: "ltr",
  title: "Informations de connexion",
  otherLanguages: "Autres langues",
  typeHeading: "Ce qu’il faut saisir",
  typeIntro: "Dans WhatsApp, ouvrez :",
  menu: ["Paramètres", "Stockage et données", "Proxy"],
  host: "Adresse du proxy",
  chatPort: "Port de discussion",
  mediaPort: "Port multimédia",
  on: "activé",
  off: "désactivé",
  buttonHeading: "Ou appuyez sur ce bouton",
  button: "Ouvrir dans WhatsApp",
  buttonNote:
    "Si un site web s’ouvre à la place de l’application, saisissez les informations ci-dessus.",
  codeHeading: "Pour un deuxième téléphone",
  scanHeading: "Ou scannez ce code",
  codeNote: "Pointez l’appareil photo du téléphone vers cette image.",
  codeLabel: "Code QR contenant les mêmes informations",
  keepHeading: "Gardez cette page",
  changed: "Dernière modification : {time}",
  keep: "Ces informations changent de temps en temps. Cette page affiche toujours celles du moment : gardez-la et ne la donnez qu’à des personnes de confiance.",
  reportHeading: "Ça ne marche pas ?",
  reportNote: "Appuyez ici. Seul le nombre d’appuis est compté, rien sur vous n’est conservé.",
  report: "Ça ne marche pas chez moi",
  received:
    "Merci, c’est compté. Revenez dans quelques minutes : si les informations ont changé, les nouvelles seront ici.",
  print: "Version à imprimer",
  printNote:
    "Ces informations peuvent changer. Si elles ne marchent plus, demandez les nouvelles à la personne qui vous a donné cette feuille.",
  absentHeading: "Aucune information pour le moment",
  absentNote:
    "Revenez dans quelques minutes et gardez cette page : les informations s’afficheront ici.",
};
