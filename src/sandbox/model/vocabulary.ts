/**
 * What words mean. One line an idea: `phrase | phrase: effect effect ...`.
 *
 * `name=value` pins a scene number (the seed has no say in it any more); `name+value` moves it, and the seed still
 * varies it around there. Case does not matter, hyphens read as spaces, the longest phrase wins, and a word that
 * stands nowhere here does nothing. Left and right are the picture's: "left" is positive yaw. Numbers can be given
 * too: "yaw -30", "turned 30 degrees left", "pitch 15", "25 years old" (see numbers.ts), and a colour word before a
 * garment, hair, eyes, lips, lipstick, eye shadow, background or light colours it (see colours.ts).
 */
export const VOCABULARY = `
# angle
front view | frontal view | frontal | from the front | facing camera | facing the camera | facing forward | looking at the camera | looking straight ahead: yaw=0 gazeX=0 gazeY=0
straight on: yaw=0 pitch=0 roll=0
three quarter view left | three quarter left | quarter view left | three quarter view facing left | turned left | facing left | looking left: yaw=35
three quarter view right | three quarter right | quarter view right | three quarter view facing right | turned right | facing right | looking right: yaw=-35
three quarter view | three quarter | quarter view: yaw=35
slightly left | slightly turned left: yaw=15
slightly right | slightly turned right: yaw=-15
profile left | left profile | side view left | profile view left | profile facing left: yaw=75
profile right | right profile | side view right | profile view right | profile facing right: yaw=-75
profile | profile view | side view: yaw=75
looking up | chin up | head up | head raised: pitch=15
looking down | chin down | head down | head lowered: pitch=-15
low angle | low angle shot | from below: pitch=18
high angle | high angle shot | from above: pitch=-18
eye level | level head | head level: pitch=0
head tilted left | tilted head: roll=10
head tilted right: roll=-10
looking away: gazeX=0.8

# distance
extreme close up: distance=1.75
close up | close up portrait | close up shot | tight shot: distance=1.4
headshot | head shot | head and shoulders | portrait: distance=1.1
bust | bust shot | bust portrait | chest up: distance=0.88
medium shot | mid shot | medium close up: distance=0.76
half body | half body shot | half length | waist up | upper body | cowboy shot: distance=0.6
wide shot | wide | full body | long shot: distance=0.46
centred | centered: shiftX=0 shiftY=0

# expression
neutral | neutral expression | expressionless | relaxed face | calm: smile=0 open=0 browRaise=0 frown=0 blinkLeft=0 blinkRight=0
slight smile | soft smile | gentle smile | subtle smile: smile=0.45 open=0
smile | smiling | smiles | happy: smile=0.9 open=0
big smile | broad smile | grin | grinning | beaming: smile=1.15 open=0.08
laughing | laugh: smile=1 open=0.55 browRaise=0.2
open mouth | mouth open | singing | shouting | open mouthed: open=0.6
mouth closed | closed mouth | lips closed: open=0
surprised | astonished | amazed: open=0.5 browRaise=1 blinkLeft=-0.25 blinkRight=-0.25
serious | stern | fierce | intense | confident: smile=-0.15 frown=0.35 open=0
sad | melancholic | pensive: smile=-0.45 browRaise=0.2 gazeY=-0.4
angry | furious: smile=-0.3 frown=1
eyes closed | closed eyes: blinkLeft=1 blinkRight=1
eyes open: blinkLeft=0 blinkRight=0
wink | winking: blinkLeft=1 blinkRight=0 smile=0.6
frowning | frown: frown=0.8
raised eyebrows | raised brows: browRaise=0.9

# light
soft light | soft studio light | soft studio lighting | soft lighting | even lighting | even light | flat lighting | diffuse light | studio light | studio lighting: keyX=-0.3 keyY=0.45 key=0.62 fill=0.52 rim=0.08 warmth=0
natural light | daylight | window light: keyX=-0.8 keyY=0.5 key=0.75 fill=0.4 warmth=0.05
rim light | rim lighting | backlit | back light: rim=0.95 fill=0.34 key=0.55
dramatic side light | dramatic light | dramatic lighting | side light | side lighting | chiaroscuro | low key: keyX=-1.7 keyY=0.25 key=0.95 fill=0.12 rim=0.15
hard light | hard lighting | harsh light | flash: keyX=0.1 keyY=0.6 key=1.05 fill=0.22
warm light | warm lighting | candlelight | golden light: warmth=0.75
cold light | cold lighting | cool light | cool lighting | moonlight: warmth=-0.75
golden hour | sunset light: warmth=1 keyX=1.2 keyY=0.1 key=0.9 rim=0.5 rimRed=1 rimGreen=0.62 rimBlue=0.28
neon light | neon lights | neon lighting | neon: neon=0.85 topRed=0.08 topGreen=0.05 topBlue=0.16 bottomRed=0.16 bottomGreen=0.05 bottomBlue=0.22 rim=0.85 rimRed=1 rimGreen=0.2 rimBlue=0.75 accentRed=1 accentGreen=0.15 accentBlue=0.7 warmth=-0.3 fill=0.33
stage lights | stage light | stage lighting | concert lights: beams=0.9 rim=0.7 rimRed=0.6 rimGreen=0.5 rimBlue=1 keyY=1.1
spotlight | spot light: keyX=0 keyY=1.4 key=1.05 fill=0.16 glow=0.8
bright | high key: key=0.85 fill=0.55
dark | dim light | moody: key=0.6 fill=0.18

# background
plain background | simple background | plain backdrop | clean background: bokeh=0 beams=0 neon=0 city=0 leaves=0 horizon=0 glow=0.15
plain light background | plain white background | plain pale background | white seamless background: bokeh=0 beams=0 neon=0 city=0 leaves=0 horizon=0 glow=0.05 topRed=0.95 topGreen=0.95 topBlue=0.95 bottomRed=0.92 bottomGreen=0.92 bottomBlue=0.92
plain grey background | plain gray background | neutral background | neutral grey background: bokeh=0 beams=0 neon=0 city=0 leaves=0 horizon=0 glow=0.1 topRed=0.74 topGreen=0.75 topBlue=0.76 bottomRed=0.68 bottomGreen=0.69 bottomBlue=0.7
studio | studio background | studio backdrop | photo studio: bokeh=0 beams=0 neon=0 city=0 leaves=0 horizon=0 glow=0.55 topRed=0.5 topGreen=0.5 topBlue=0.53 bottomRed=0.62 bottomGreen=0.62 bottomBlue=0.65
stage | on stage | on a stage | concert | concert stage | concert hall: beams=0.9 bokeh=0.55 neon=0 city=0 leaves=0 horizon=0 topRed=0.05 topGreen=0.04 topBlue=0.13 bottomRed=0.17 bottomGreen=0.08 bottomBlue=0.24 accentRed=0.85 accentGreen=0.3 accentBlue=0.95 rim=0.65 rimRed=0.75 rimGreen=0.45 rimBlue=1
street | city street | urban | outdoors: bokeh=0.5 beams=0 neon=0 city=0.45 leaves=0 horizon=0 topRed=0.62 topGreen=0.68 topBlue=0.74 bottomRed=0.42 bottomGreen=0.41 bottomBlue=0.42 accentRed=0.95 accentGreen=0.8 accentBlue=0.5
night city | city at night | seoul at night | city night | night street | night: city=0.95 bokeh=0.7 beams=0 neon=0 leaves=0 horizon=0 topRed=0.04 topGreen=0.05 topBlue=0.13 bottomRed=0.11 bottomGreen=0.09 bottomBlue=0.17 accentRed=1 accentGreen=0.45 accentBlue=0.6
forest | park | garden | woods | in nature: leaves=0.85 bokeh=0.35 beams=0 neon=0 city=0 horizon=0 topRed=0.5 topGreen=0.66 topBlue=0.4 bottomRed=0.2 bottomGreen=0.32 bottomBlue=0.16 accentRed=0.9 accentGreen=0.95 accentBlue=0.55
beach | seaside | ocean | by the sea: horizon=0.9 bokeh=0 beams=0 neon=0 city=0 leaves=0 topRed=0.5 topGreen=0.75 topBlue=0.94 bottomRed=0.78 bottomGreen=0.88 bottomBlue=0.94
sunset | at sunset: topRed=0.4 topGreen=0.28 topBlue=0.5 bottomRed=1 bottomGreen=0.6 bottomBlue=0.36 glow=0.6 warmth=0.8 rim=0.5 rimRed=1 rimGreen=0.62 rimBlue=0.3 neon=0 beams=0
sky | blue sky: topRed=0.36 topGreen=0.6 topBlue=0.9 bottomRed=0.72 bottomGreen=0.85 bottomBlue=0.95
bokeh | bokeh lights | blurred lights: bokeh=0.8
cafe | interior | indoors: bokeh=0.55 topRed=0.42 topGreen=0.32 topBlue=0.25 bottomRed=0.3 bottomGreen=0.21 bottomBlue=0.16 accentRed=1 accentGreen=0.8 accentBlue=0.5 warmth=0.35

# clothes
t shirt | tee | tshirt: collar=0 lapels=0 hood=0 leather=0 sequins=0 bare=0 knit=0 neckline=0
shirt | blouse | button up: lapels=0.45 collar=0.15 hood=0 leather=0 sequins=0 bare=0 neckline=0.4
suit | blazer | tuxedo | business suit: lapels=1 collar=0 hood=0 leather=0 sequins=0 bare=0 neckline=0.9 clothRed=0.12 clothGreen=0.13 clothBlue=0.18 shirtRed=0.94 shirtGreen=0.94 shirtBlue=0.95
jacket | coat: lapels=0.8 neckline=0.6 collar=0.1 hood=0 sequins=0 bare=0
leather jacket | biker jacket: leather=1 lapels=0.9 neckline=0.7 collar=0.1 hood=0 sequins=0 bare=0 clothRed=0.09 clothGreen=0.085 clothBlue=0.09 shirtRed=0.85 shirtGreen=0.85 shirtBlue=0.84
denim jacket | jeans jacket: lapels=0.8 neckline=0.5 leather=0 hood=0 sequins=0 bare=0 clothRed=0.28 clothGreen=0.38 clothBlue=0.56
hoodie | hooded sweatshirt | sweatshirt: hood=1 collar=0.25 lapels=0 leather=0 sequins=0 bare=0 neckline=0
stage outfit | idol outfit | performance outfit | stage costume: sequins=0.85 collar=0.1 lapels=0.7 neckline=0.8 hood=0 bare=0 clothRed=0.2 clothGreen=0.16 clothBlue=0.34 shirtRed=0.75 shirtGreen=0.72 shirtBlue=0.9
sequins | sequin dress | sequined | glitter | sparkling outfit: sequins=1
turtleneck | roll neck | polo neck: collar=1 knit=0.9 lapels=0 hood=0 leather=0 sequins=0 bare=0 neckline=0
sweater | knitwear | knitted sweater | pullover: knit=1 collar=0.15 lapels=0 hood=0 leather=0 sequins=0 bare=0 neckline=0
dress | evening gown | gown: bare=0.55 neckline=0.5 lapels=0 collar=0 hood=0 knit=0
bare shoulders | strapless | off shoulder | off the shoulder: bare=1 collar=0 lapels=0 hood=0 neckline=0
v neck: neckline=0.8 lapels=0
crew neck: neckline=0 lapels=0
couture | haute couture: sequins=0.5 bare=0.4 neckline=0.6 lapels=0

# make-up
bare face | no makeup | no make up | without makeup | bare faced | natural skin: lipstick=0 eyeShadow=0 eyeliner=0 blush=0 gloss=0
natural makeup | light makeup: lipstick=0.25 eyeShadow=0.12 eyeliner=0.15 blush=0.3 gloss=0.2
makeup | make up: lipstick=0.6 eyeShadow=0.4 eyeliner=0.4 blush=0.4
glam makeup | glamorous makeup | heavy makeup | full glam: lipstick=0.95 lipRed=0.72 lipGreen=0.14 lipBlue=0.22 eyeShadow=0.75 shadowRed=0.42 shadowGreen=0.26 shadowBlue=0.3 eyeliner=0.9 blush=0.6 gloss=0.6
smoky eyes | smokey eyes | smoky eye makeup: eyeShadow=0.95 shadowRed=0.14 shadowGreen=0.12 shadowBlue=0.14 eyeliner=0.9
k pop idol makeup | k pop makeup | kpop makeup | kpop idol makeup | idol makeup: lipstick=0.75 lipRed=0.86 lipGreen=0.3 lipBlue=0.36 gloss=0.85 eyeShadow=0.55 shadowRed=0.85 shadowGreen=0.5 shadowBlue=0.52 eyeliner=0.6 blush=0.55
lipstick | painted lips: lipstick=0.9
red lips | red lipstick: lipstick=0.95 lipRed=0.76 lipGreen=0.08 lipBlue=0.12
glossy lips | lip gloss: gloss=0.9
eyeliner | winged eyeliner: eyeliner=0.9
blush | rosy cheeks: blush=0.7

# accessories
glasses | eyeglasses | spectacles: glasses=1
no glasses | without glasses: glasses=0
earrings | earring: earrings=1
no earrings | no jewellery | no jewelry: earrings=0
hat | beanie | cap: hat=1
no hat: hat=0

# passport
passport photo | passport portrait | passport style | id photo: yaw=0 pitch=0 roll=0 distance=1.1 shiftX=0 shiftY=0 smile=0 open=0 blinkLeft=0 blinkRight=0 browRaise=0 frown=0 gazeX=0 gazeY=0 keyX=-0.2 keyY=0.4 key=0.62 fill=0.52 rim=0.05 warmth=0 lipstick=0 eyeShadow=0 eyeliner=0 blush=0 gloss=0 glasses=0 earrings=0 hat=0 bokeh=0 beams=0 neon=0 city=0 leaves=0 horizon=0 glow=0.1 topRed=0.84 topGreen=0.85 topBlue=0.86 bottomRed=0.8 bottomGreen=0.81 bottomBlue=0.82

# sex
woman | girl | female | lady | actress | she | her: beard=-2.5 moustache=-2.5 jaw-0.6 chin-0.4 browThick-0.7 lashes+0.9 lipFullness+0.5 upperLip+0.6 lowerLip+0.5 eyeSize+0.5 hairLength+1.2 hairVolume+0.3 neckWidth-0.9 build-0.9 browY+0.3 noseWidth-0.3
man | boy | male | guy | gentleman | actor | he | him: jaw+0.7 chin+0.4 browThick+0.7 lashes-0.6 eyeSize-0.3 hairLength-2.2 neckWidth+0.9 build+0.9 cheekbone+0.2 noseWidth+0.3 lipTone-0.5
androgynous: beard=-2.5 moustache=-2.5 jaw+0 hairLength-0.6

# age
child | kid: age=-1.6 eyeSize+0.8 faceLength-0.8
teenage | teenager | teen: age=-1.2
young | youthful: age=-0.8
adult: age=-0.3
middle aged | mature: age=0.9
old | elderly | aged | senior: age=2 hairGrey=2.2
wrinkled | wrinkles: age=2.3

# skin
pale skin | very fair skin | porcelain skin: skinTone=1.9
fair skin | light skin | fair skinned | light skinned: skinTone=1.1
tan skin | tanned | olive skin | bronze skin | tanned skin: skinTone=-0.4
brown skin | medium brown skin: skinTone=-1.1
dark skin | dark skinned | deep skin | black skin | deep brown skin: skinTone=-2
freckles | freckled: freckles=2
clear skin | flawless skin: freckles=-1

# origins, as a camera would meet them on average
korean | japanese | chinese | east asian | asian | k pop idol | kpop idol | k pop | kpop: skinTone=1 hairTone=-1.5 irisTone=-0.8 hairRed=-0.5 hairGrey=-1 freckles=-1 lidCrease-0.8 eyeTilt+0.5 noseBridge-0.5 socket-0.7 browTone+0.2
african | nigerian | ethiopian | black woman | black man: skinTone=-2 hairTone=-1.6 irisTone=-1.2 hairRed=-0.5 freckles=-1 upperLip+0.8 lowerLip+0.8 noseWidth+0.9 wave+1.2
indian | south asian: skinTone=-0.9 hairTone=-1.5 irisTone=-1 freckles=-1 browThick+0.4
latina | latino | hispanic | mexican | brazilian: skinTone=-0.3 hairTone=-0.9 irisTone=-0.5
european | caucasian | white woman | white man: skinTone=1 irisGreen+0.3 noseBridge+0.4
scandinavian | nordic | swedish: skinTone=1.6 hairTone=2 irisTone=1.9
middle eastern | arab | persian | turkish: skinTone=-0.1 hairTone=-1.3 irisTone=-0.6 browThick+0.6 noseLength+0.4

# hair
long hair | very long hair: hairLength=1.6
shoulder length hair | medium hair | mid length hair: hairLength=0.6
bob | bob cut | bob hair | chin length hair: hairLength=-0.4 wave=-0.8
short hair | pixie cut | cropped hair | crew cut: hairLength=-1.4
buzz cut | shaved head | very short hair: hairLength=-2 hairVolume=-1.6 fringe=-1
bald: hairLength=-2.4 hairVolume=-2.6 fringe=-1
straight hair: wave=-1
wavy hair | waves: wave=0.9
curly hair | curls | afro: wave=2 hairVolume=1.4
bangs | fringe | full fringe: fringe=1
no bangs | forehead visible | slicked back hair | slicked back: fringe=-1
side parting | side part: parting=1.5
middle parting | center part: parting=0
voluminous hair | big hair: hairVolume=1.6
tied back hair | hair tied back | ponytail: hairLength=-1.2 fringe=-1 bun=0.6
bun | hair bun | top knot | updo: bun=1 hairLength=-1.2 fringe=-0.8
grey hair | gray hair | silver hair | white hair: hairGrey=2.4 dye=0
dyed hair: dye=0.8

# beard
beard | bearded | full beard: beard=2 moustache=1.8
stubble | five o clock shadow: beard=1 moustache=1
moustache | mustache: moustache=2
goatee: beard=0.8 moustache=1.6
clean shaven | no beard | shaven: beard=-2.5 moustache=-2.5

# build
slim | slender | thin | skinny: build=-1.6 cheeks=-1.3 neckWidth-0.6
athletic | muscular | strong: build=1.2 neckWidth=1.3 cheeks-0.4
heavy | chubby | plump | fat | round face: build=1.5 cheeks=2 faceWidth+0.9
broad shoulders: build=1.6

# eyes and features
big eyes | large eyes | round eyes: eyeSize=1.6 eyeOpen=1.2
small eyes | narrow eyes: eyeSize=-1.1 eyeOpen=-1.3
almond eyes | cat eyes | upturned eyes: eyeTilt=1.4
downturned eyes: eyeTilt=-1.4
monolid: lidCrease=-2.2
double eyelids: lidCrease=1.6
thick eyebrows | thick brows | bushy eyebrows: browThick=1.8
thin eyebrows | thin brows: browThick=-1.4
straight eyebrows: browArch=-1 browTilt=0
arched eyebrows: browArch=1.6
full lips | plump lips: upperLip=1.6 lowerLip=1.5 lipFullness=1.2
thin lips: upperLip=-1.5 lowerLip=-1.4
high cheekbones: cheekbone=1.8
strong jaw | square jaw: jaw=1.8
v line jaw | pointed chin | v line: jaw=-1.5 chinWidth=-1.2
long face | oval face: faceLength=1.3
big nose | long nose: noseLength=1.5 noseBridge=1
small nose | button nose: noseLength=-1.2 noseTip=-0.5 noseWidth=-0.8
long lashes | long eyelashes: lashes=1.8
`;
