/** Ordinary English words of which names of boxes and sites are made. */
export const words = `
abbey acorn acre adobe agate alcove alder alley almond alpine altitude amber anchor angle anvil apex apple apricot arbor arcade arch archer
argon arrow arsenal ascent ash aspen aster atlas attic auburn aurora autumn avenue axis azure badge badger balcony balm bamboo banner bark barley
barn baron basalt basil basin basket bay beach beacon beam bear beaver bedrock beech bell bench berry beryl birch bishop bison blaze blossom
blue bluff boat bobcat bolt bonfire border boulder bow bramble branch brass bravo breeze brick bridge bright brook bronze brush buckle
buffalo burrow bush butter button cabin cable cactus cairn camel camp canal candle canoe canopy canvas canyon cape caramel caravan cardinal
cargo carol carpet cascade castle cave cedar cello center chalet chalk chamber channel chapel charm chart chase chestnut chime cinder circle
citrus city clay clear cliff cloud clover coast cobalt cobble comet compass condor copper coral cord core corner cotton cottage cougar
cove crane crater creek crescent crest cricket crimson crown crystal cumin current curve cypress dahlia daisy dale dawn deer delta denim
desert dew diamond dock dolphin domain dome dove dragon drift drum dune dusk eagle earth east ebony echo eclipse edge elder elk elm ember
emerald engine equinox estate evergreen ever falcon fall farm fawn feather fennel fern ferry fiddle field fig finch fir fire fjord flag flame flax
flint flock flora flow flower foam forest forge fort fountain fox frame free frost garden garnet gate gecko ginger glacier glade glass glen globe
gold gorge grain granite grape grass gravel green grid grotto grove gull gulf hamlet hammer harbor hare harp harvest haven hawk hazel heart
hearth heath heather hedge helm hemlock herb heron hickory high hill hollow holly home honey horizon hornet house hunter ice indigo
inlet iris iron island ivory ivy jade jasmine jasper jay jet jetty jewel journey juniper kayak keel kelp kestrel key kingfisher kite knoll koala
lace lagoon lake lamp lane lantern larch lark laurel lava lavender leaf ledge lemon lens level light lilac lily lime linden linen lion loft
lotus lumen lunar lynx magnet magnolia mallard manor mango maple marble march marina mariner market marsh marten mast meadow medal melon mercury
meridian mesa metal meteor metro midway mill mint mirror mist modern monarch moon moor morning mosaic moss moth mountain mulberry museum
myrtle navy nectar needle nest nickel noble north nova nutmeg oak oasis oat ocean ochre olive onyx opal orange orbit orchard orchid oriole
osprey otter outpost oval owl oxbow oyster paddle palace palm panda panel panther paper park parsley pass pasture patch path patio peak pear pearl
pebble pelican pepper perch petal pier pigeon pike pilot pine pioneer pixel plain planet plateau plaza plum point polar pond poplar poppy port
prairie prism puffin pulse pumpkin quail quarry quartz quay quest quill quince radius rain ranch range rapid raven ravine reed reef ridge
ring river robin rock rocket root rope rose rosemary rowan royal ruby rustic rye saddle saffron sage sail salmon salt sand sandal sapphire
satin savanna scarlet sea season seed sequoia shade shadow shale shell shelter shield shore sierra signal silk silver sky slate
slope smoke snow solar solid sonnet south spark sparrow spring spruce square stable star station steam steel stone stork storm strand
stream street studio sugar summer summit sun sunset swallow swan sycamore table tailor talon tamarind tango teal temple terrace thicket thistle
thorn thunder thyme tide tiger timber topaz torch tower town track trail tree trellis trout tulip tundra tunnel turret twig twilight umber union upland
valley vanilla vault velvet venture verbena vessel vine vineyard violet vista walnut water wave wheat wheel willow wind window winter wolf wood
woodland wren yard yarrow yellow yew zephyr zenith zinc`
  .trim()
  .split(/\s+/) as [string, ...string[]];

/** A word as it begins a name. */
export function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
